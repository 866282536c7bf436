import type { Instant, OperationId, SessionEvent } from "@carhythm/core";
import { nullableAnswersEqual } from "../sessions/rows.ts";
import type { StoredResult, StoredSession, WriteOperation } from "../store.ts";

/** The answer that a write's result, or a restore that applied it, named as not seen. */
function conflictOf({ result, conflict }: StoredResult): OperationId | null {
	return conflict ?? ("conflict" in result ? (result.conflict ?? null) : null);
}

/**
 * The answer that stood when another came which was given without seeing it; null when it was seen, or says the same.
 * @param seen the write that was seen. Where it had to tell of an answer itself, and this one was made before anybody could be told, that answer is
 *   still not seen
 */
export function detectConflict(
	{ answers }: StoredSession["state"],
	{ after }: Pick<WriteOperation, "after">,
	{ body, at, received_at }: Pick<SessionEvent, "body" | "at" | "received_at">,
	seen: { result: StoredResult; received_at: Instant } | undefined,
): OperationId | null {
	const found = "question_id" in body ? answers[body.question_id] : undefined;
	if (after === undefined || !found) return null;
	if (found.operation_id === after) {
		const isTold = !seen || (at > seen.received_at && received_at !== seen.received_at);
		return isTold ? null : conflictOf(seen.result);
	}
	const given = body.kind === "answer" ? body.answer : null;
	return nullableAnswersEqual(found.answer, given) ? null : found.operation_id;
}
