import { messages as arabic } from "../../src/i18n/ar.ts";
import { messages as english } from "../../src/i18n/en.ts";

export type Language = "en" | "ar";
export type Words = typeof english;
export type Text = Record<Language, string>;

/** What the buttons and lines of the page are called. */
export const WORDS: Readonly<Record<Language, Words>> = { en: english, ar: arabic };
