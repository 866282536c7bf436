import * as z from "#schema";

/** The languages every student-visible text may exist in. English is always there and is the fallback. */
export const Language = z.enum(["en", "ar"]);
export type Language = z.infer<typeof Language>;

/** One text in every language it exists in. A missing language falls back to English, field by field. */
export const LocalizedText = z.strictObject({ en: z.string(), ar: z.optional(z.string()) });
export type LocalizedText = z.infer<typeof LocalizedText>;

/**
 * A stable name for an item, page, chapter, choice or scale: lower case letters, digits, dots, dashes and
 * underscores.
 */
export const Key = z
	.string()
	.check(
		z.regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, "must be lower-case letters, digits, '.', '_' or '-'"),
		z.maxLength(64),
	);

// The two databases disagree on NUL and on lone surrogates (one changes them silently, the other fails), so
// neither gets in.
const FORBIDDEN_TEXT = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Text that both databases store and return unchanged: no NUL, no lone surrogate. */
export const StorableText = z
	.string()
	.check(
		z.refine((value) => !FORBIDDEN_TEXT.test(value), "must not contain NUL or broken Unicode characters"),
	);

/** The text in the wanted language, or in English where it is missing or empty. */
export function inLanguage(text: LocalizedText, language: Language): string {
	return text[language] || text.en;
}

/** The language meant by a client; anything unknown means English. */
export function parseLanguage(value: unknown): Language {
	const parsed = Language.safeParse(value);
	return parsed.success ? parsed.data : "en";
}

/**
 * The length of a text in Unicode code points, the unit of `char_limit`: an emoji counts once or a few times,
 * never as halves.
 */
export function countCharacters(text: string): number {
	let count = 0;
	for (const _ of text) count += 1;
	return count;
}
