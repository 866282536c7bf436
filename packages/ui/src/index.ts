/**
 * What the student's pages and the operators' console share: the look and its parts. Two things come apart:
 * `@carhythm/ui/base.css`, so that an app says where in its own order the styles stand, and
 * `@carhythm/ui/format` (numbers, dates, counted words), which needs no page and runs in Node too.
 */

// Components
export { useFocusOnEnter } from "./components/focus.ts";
export { Header } from "./components/Header.tsx";
export { DownIcon, GripIcon, UpIcon } from "./components/icons.tsx";
export { Notice } from "./components/Notice.tsx";
export { RhythmLine } from "./components/RhythmLine.tsx";
export type { Beat } from "./components/rhythm-layout.ts";
export { Sheet } from "./components/Sheet.tsx";

// Fonts
export { preloadFont } from "./fonts.ts";

// Languages
export {
	createTexts,
	currentLanguage,
	LANGUAGES,
	languageOfDevice,
	useLanguage,
	useOtherLanguage,
} from "./i18n/languages.ts";
