import { Answer, Instant, OperationId, type SessionId, toMillis } from "@carhythm/core";
import * as z from "@carhythm/core/schema";

const KEY = "carhythm.last-words";

/** A write to a question. */
const Touch = z.object({ operation_id: OperationId, at: Instant });
export type Touch = z.infer<typeof Touch>;

/**
 * What was typed, ticked or ranked in the last moment before a page went away, and the last write that the
 * page knew of.
 */
type LastWords = { session_id: SessionId; question_id: number; draft: Answer; seen: Touch | null };

/** A write gets its final time, and with it another id, when it is stored: a little later than the page knew. */
const SETTLING_MS = 1000;

/**
 * Puts what is half-done where it can be put at once. The engine's storage needs a few milliseconds, which a
 * page that is being closed does not have; this store does not survive a crash, but a page that is closed has
 * time for it.
 * @param shared on a shared computer they outlive a reload, and not the tab
 */
export function saveUnloadDraft(words: LastWords, shared: boolean): void {
	try {
		(shared ? sessionStorage : localStorage).setItem(KEY, JSON.stringify(words));
	} catch {
		// Without this store the draft of half a second ago is what comes back.
	}
}

/** They are safe elsewhere. */
export function dropUnloadDraft(): void {
	try {
		localStorage.removeItem(KEY);
		sessionStorage.removeItem(KEY);
	} catch {
		// Nothing was kept where nothing can be removed.
	}
}

/**
 * Takes what the last visit left, once.
 * @param known the last write to the question, as far as the session knows. Words that came before it are not
 *   taken; that is told by what the page had seen and not by the device's clock, which may be wrong
 */
export function takeUnloadDraft(
	session_id: SessionId,
	question_id: number,
	known: Touch | undefined,
): Answer | null {
	try {
		const words: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "null");
		if (!isLastWords(words) || words.session_id !== session_id || words.question_id !== question_id)
			return null;
		dropUnloadDraft();
		return known === undefined || isSeen(known, words.seen) ? words.draft : null;
	} catch {
		return null;
	}
}

function isSeen(known: Touch, seen: Touch | null): boolean {
	if (seen === null) return false;
	return known.operation_id === seen.operation_id || toMillis(known.at) <= toMillis(seen.at) + SETTLING_MS;
}

function isLastWords(value: unknown): value is LastWords {
	return (
		typeof value === "object" &&
		value !== null &&
		"session_id" in value &&
		"question_id" in value &&
		"draft" in value &&
		Answer.safeParse(value.draft).success &&
		"seen" in value &&
		(value.seen === null || Touch.safeParse(value.seen).success)
	);
}
