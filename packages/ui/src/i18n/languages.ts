import type { Language } from "@carhythm/core";
import { type ReadonlySignal, signal } from "@preact/signals";

/** The languages of the product, each with its own name and the direction of its script. */
export const LANGUAGES: Readonly<Record<Language, { name: string; direction: "ltr" | "rtl" }>> = {
	en: { name: "English", direction: "ltr" },
	ar: { name: "العربية", direction: "rtl" },
};

const DEVICE_KEY = "carhythm.language";

const shown = signal<Language>("en");

/** The language of the page, outside of components. */
export function currentLanguage(): Language {
	return shown.peek();
}

/** The language of the page. A component that reads it is drawn again when it changes. */
export function useLanguage(): Language {
	return shown.value;
}

/** The language that a button offers beside the present one. */
export function useOtherLanguage(): Language {
	return shown.value === "en" ? "ar" : "en";
}

/** The texts of one app in the language of the page: see {@link createTexts}. */
export type Texts<Messages> = {
	/** Null until the first language is loaded. */
	readonly loaded: ReadonlySignal<Messages | null>;
	/** Loads a language, shows the page in it, and remembers it on this device. */
	show(language: Language): Promise<void>;
	/** Fetches the texts of every language, so that it can be changed without a network too. */
	fetchAll(): Promise<void>;
};

/**
 * The texts of one app; each app has its own, and loads only the language that is shown.
 * @example const texts = createTexts({ en: async () => (await import("./en.ts")).messages, ar: ... });
 */
export function createTexts<Messages>(
	loaders: Readonly<Record<Language, () => Promise<Messages>>>,
): Texts<Messages> {
	const loaded = signal<Messages | null>(null);
	return {
		loaded,
		async show(language) {
			const messages = await loaders[language]();
			const { documentElement } = document;
			documentElement.lang = language;
			documentElement.dir = LANGUAGES[language].direction;
			shown.value = language;
			loaded.value = messages;
			rememberLanguage(language);
		},
		async fetchAll() {
			await Promise.all(Object.values(loaders).map((load) => load()));
		},
	};
}

/**
 * The language in which a visit begins: the one that the link names (`?lang=ar`), else the one last chosen on this
 * device, else the browser's.
 */
export function languageOfDevice(): Language {
	const named = new URLSearchParams(location.search).get("lang");
	if (named !== null && Object.hasOwn(LANGUAGES, named)) return named as Language;
	return rememberedLanguage() ?? (navigator.language.toLowerCase().startsWith("ar") ? "ar" : "en");
}

function rememberLanguage(language: Language): void {
	try {
		localStorage.setItem(DEVICE_KEY, language);
	} catch {
		// A browser that stores nothing still shows the language; only the next visit begins with the browser's own.
	}
}

function rememberedLanguage(): Language | null {
	try {
		const remembered = localStorage.getItem(DEVICE_KEY);
		return remembered === "ar" || remembered === "en" ? remembered : null;
	} catch {
		return null;
	}
}
