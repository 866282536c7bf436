import { isRecord, type Path, shortenText } from "../findings.ts";

/** A shorter form in which people write the entries of a list, and the form that is wanted. */
export type ShortForm = {
	/** What is in the wrong form, one of them. */
	noun: string;
	/** Whether the entry at this place is in the wrong form. */
	isUsed(path: Path, entry: unknown): boolean;
	/** Shows the right form with the words of the first entry. */
	show(entry: unknown, arabic: boolean): string;
};

/** An entry that is a text or a number by itself. */
export function isPlain(entry: unknown): entry is string | number | boolean {
	return ["string", "number", "boolean"].includes(typeof entry);
}

/** An entry that is a text by itself, or one in languages, where more is wanted. */
export function isOnlyText(entry: unknown): boolean {
	const hasLanguages =
		isRecord(entry) && (typeof entry["en"] === "string" || typeof entry["ar"] === "string");
	return isPlain(entry) || hasLanguages;
}

/** A text with its languages, as one writes it. */
export function languages(entry: unknown, arabic: boolean): string {
	const en = englishOf(entry);
	const ar = isRecord(entry) && typeof entry["ar"] === "string" ? plain(entry["ar"]) : arabic ? "…" : null;
	return `{ en: ${en === "" ? "…" : plain(en)}${ar === null ? "" : `, ar: ${ar}`} }`;
}

function englishOf(entry: unknown): string {
	if (isPlain(entry)) return String(entry);
	return isRecord(entry) && typeof entry["en"] === "string" ? entry["en"] : "";
}

/** A key made of the English text: `Not at all` becomes `not-at-all`. */
export function keyFrom(entry: unknown): string {
	const key = englishOf(entry)
		.slice(0, 30)
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, "-")
		.replaceAll(/^-|-$/g, "");
	return key === "" ? "a" : key;
}

/** Text as YAML in braces: in quotes where it needs them. */
export function plain(text: string): string {
	const words = shortenText(text);
	const isSafe = /^\p{L}[\p{L}\p{M}\p{N} ?!.'’…-]*$/u.test(words) && !/^(?:true|false|null)$/i.test(words);
	return isSafe ? words : JSON.stringify(words);
}
