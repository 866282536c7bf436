import type { OperationId } from "@carhythm/core";
import { ADOPTED, ADOPTED_OPERATION } from "../sessions/rows.ts";
import type { SessionWrite } from "./session-write.ts";

/**
 * An answer that another program had taken in lies in its table alone. Before it is replaced there it goes
 * into the history, under an id that loses every tie, as it did before.
 */
export function backfillAdoptedAnswer(
	work: Pick<SessionWrite, "session" | "events">,
	question_id: number,
): void {
	const { response_id, state } = work.session;
	const found = state.answers[question_id];
	if (!found?.answer || found.operation_id !== ADOPTED_OPERATION) return;
	const revision = state.revision + 1;
	const number = question_id.toString(16).padStart(12, "0");
	work.events.push({
		response_id,
		revision,
		operation_id: `00000000-0000-8000-8000-${number}` as OperationId,
		kind: "answer",
		question_id,
		value: JSON.stringify(found.answer),
		at: found.at,
		client_time: null,
		received_at: found.at,
		outcome: "superseded",
		fingerprint: ADOPTED,
		result: "{}",
	});
	work.session = { ...work.session, state: { ...state, revision } };
}
