import { Answer, type Instant, type SessionId } from "@carhythm/core";

const KEY = "carhythm.last-words";

/** What was typed, ticked or ranked in the last moment before a page went away. */
type LastWords = { session_id: SessionId; question_id: number; draft: Answer; at: Instant };

/**
 * Puts what is half-done where it can be put at once. The engine's storage needs a few milliseconds, which a page that is being
 * closed does not have; this store does not survive a crash, but a page that is closed has time for it.
 * @param shared on a shared computer they outlive a reload, and not the tab
 */
export function keepLastWords(words: LastWords, shared: boolean): void {
	try {
		(shared ? sessionStorage : localStorage).setItem(KEY, JSON.stringify(words));
	} catch {
		// Without this store the draft of half a second ago is what comes back.
	}
}

/** They are safe elsewhere. */
export function dropLastWords(): void {
	try {
		localStorage.removeItem(KEY);
		sessionStorage.removeItem(KEY);
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
): Answer | null {
	try {
		const words: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "null");
		if (!isLastWords(words) || words.session_id !== session_id || words.question_id !== question_id)
			return null;
		dropLastWords();
		return known !== undefined && known > words.at ? null : words.draft;
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
		"draft" in value &&
		Answer.safeParse(value.draft).success &&
		"at" in value &&
		typeof value.at === "string"
	);
}
