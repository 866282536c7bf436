import type { Instant, SessionId } from "@carhythm/core";

const KEY = "carhythm.last-words";

/** What was typed in the last moment before a page went away. */
type LastWords = { session_id: SessionId; question_id: number; text: string; at: Instant };

/**
 * Puts typed text where it can be put at once. The engine's storage needs a few milliseconds, which a page that is being
 * closed does not have; this store does not survive a crash, but a page that is closed has time for it.
 */
export function keepLastWords(words: LastWords): void {
	try {
		localStorage.setItem(KEY, JSON.stringify(words));
	} catch {
		// Without this store the draft of half a second ago is what comes back.
	}
}

/** The text is safe elsewhere. */
export function dropLastWords(): void {
	try {
		localStorage.removeItem(KEY);
	} catch {
		// Nothing was kept where nothing can be removed.
	}
}

/**
 * Takes what the last visit left, once.
 * @param known when the question was last touched, as far as the session knows; older words are not taken
 */
export function takeLastWords(
	session_id: SessionId,
	question_id: number,
	known: Instant | undefined,
): string | null {
	try {
		const words: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
		if (!isLastWords(words) || words.session_id !== session_id || words.question_id !== question_id)
			return null;
		dropLastWords();
		return known !== undefined && known > words.at ? null : words.text;
	} catch {
		return null;
	}
}

function isLastWords(value: unknown): value is LastWords {
	return (
		typeof value === "object" &&
		value !== null &&
		"session_id" in value &&
		"question_id" in value &&
		"text" in value &&
		typeof value.text === "string" &&
		"at" in value &&
		typeof value.at === "string"
	);
}
