import type { SessionId } from "@carhythm/core";
import type { Batch, BatchOutcome, StoredResult, StoredSession, WriteOperation } from "../store.ts";
import { sessionMoved } from "./refusals.ts";

/** A session that moves again and again while one batch is taken in is one that somebody plays with. */
const MOST_TRIES = 5;

/**
 * One who found a former id must neither take the session over nor end it. What the student had given on that
 * device counts.
 */
function isTaken({ command }: WriteOperation): boolean {
	return command.kind !== "hold" && command.kind !== "complete";
}

/**
 * Takes in a batch under a former id of a session: it is handed on under the present one, to be committed in
 * order with everything else. A batch that waits while the session moves again is looked up again.
 */
export async function operateUnderFormerId(
	batch: Batch,
	findByFormer: (former: SessionId) => Promise<StoredSession | null>,
	operate: (batch: Batch) => Promise<BatchOutcome>,
): Promise<BatchOutcome | null> {
	const operations = batch.operations.filter(isTaken);
	for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
		const session = await findByFormer(batch.session_id);
		if (!session) return null;
		if (operations.length === 0) return { ok: true, session, results: withRefused(batch, []) };
		const outcome = await operate({ ...batch, session_id: session.state.session_id, operations });
		if (outcome.ok) return { ...outcome, results: withRefused(batch, outcome.results) };
		if (outcome.refusal.code !== "session_not_found") return outcome;
	}
	return sessionMoved();
}

/** The results with the refusals of what was not handed on, in the order of the batch. */
function withRefused({ operations }: Batch, results: readonly StoredResult[]): StoredResult[] {
	const taken = results.values();
	return operations.map((operation) => {
		if (!isTaken(operation)) {
			const { refusal } = sessionMoved();
			return {
				result: { status: "refused", operation_id: operation.operation_id, ...refusal },
				counts: null,
			};
		}
		const next = taken.next();
		if (next.done) throw new Error("An operation came back without a result.");
		return next.value;
	});
}
