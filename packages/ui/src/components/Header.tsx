import type { Language } from "@carhythm/core";
import type { ComponentChildren } from "preact";
import { LANGUAGES, useOtherLanguage } from "../i18n/languages.ts";

/** The page's head: the name, the other language, and what the screen adds. */
export function Header({
	children,
	onLanguage,
}: {
	children?: ComponentChildren;
	onLanguage: (language: Language) => unknown;
}) {
	const other = useOtherLanguage();
	return (
		<header class="header">
			<span class="mark" lang="en">
				CaRhythm
			</span>
			<button type="button" class="ghost" lang={other} onClick={() => void onLanguage(other)}>
				{LANGUAGES[other].name}
			</button>
			{children}
		</header>
	);
}
