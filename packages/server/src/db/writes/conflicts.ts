import type { Instant, OperationId, SessionEvent } from "@carhythm/core";
import { nullableAnswersEqual } from "../sessions/rows.ts";
import type { StoredResult, StoredSession, WriteOperation } from "../store.ts";

/** The conflicting answer that a write's reply named, or that a restore named when it applied the write. */
function conflictOf({ result, conflict }: StoredResult): OperationId | null {
	return conflict ?? ("conflict" in result ? (result.conflict ?? null) : null);
}

/**
 * A conflict: a new answer replaces one that its author had not seen.
 *
 * `after` names the write that the author saw last on this question. Example: phone A answers at 10:00,
 * tablet B shows A's answer and answers at 10:01 with `after` = A's operation: no conflict. Laptop C, offline
 * since 9:00, answers at 10:02 with `after` = null: C's answer becomes the current one, B's is reported as
 * the conflicting one.
 *
 * A chain counts too. If the write that was seen was itself in conflict, and the author wrote before its
 * reply could arrive, the author has not seen that conflict either.
 * @param seen the stored write that `after` names
 * @returns the operation id of the answer that was not seen; null when it was seen, or says the same
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
