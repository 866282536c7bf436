import { messages as arabic } from "../../src/i18n/ar.ts";
import { messages as english } from "../../src/i18n/en.ts";
import { results as arabicResults } from "../../src/i18n/results-ar.ts";
import { results as englishResults } from "../../src/i18n/results-en.ts";

export type Language = "en" | "ar";
export type Words = typeof english & { results: typeof englishResults };
export type Text = Record<Language, string>;

/** What the buttons and lines of the page are called. */
export const WORDS: Readonly<Record<Language, Words>> = {
	en: { ...english, results: englishResults },
	ar: { ...arabic, results: arabicResults },
};
