import type { NewEvent } from "../schema.ts";
import type { SessionWrite } from "./session-write.ts";

/** The stored result of a restore that found its session active. */
const FOUND_ACTIVE = JSON.stringify({ found_active: true });

/**
 * Notes a request that changes nothing now, so that it has no effect either when it is repeated at a time at
 * which it would change something.
 */
export function recordRequest(
	work: SessionWrite,
	noted: Pick<NewEvent, "operation_id" | "kind" | "received_at" | "fingerprint" | "result">,
): void {
	const { response_id, state } = work.session;
	const revision = state.revision + 1;
	work.changed = true;
	work.session = { ...work.session, state: { ...state, revision } };
	work.events.push({
		response_id,
		revision,
		question_id: null,
		value: null,
		at: noted.received_at,
		client_time: null,
		outcome: "applied",
		...noted,
	});
}

/** {@link recordRequest} for a restore of a session that is active already. */
export function recordRestore(
	work: SessionWrite,
	noted: Pick<NewEvent, "operation_id" | "received_at" | "fingerprint">,
): void {
	recordRequest(work, { kind: "restore", result: FOUND_ACTIVE, ...noted });
}

/** Whether an event brought its session back; {@link recordRestore} notes those that had nothing to bring back. */
export function bringsBack({ kind, result }: Pick<NewEvent, "kind" | "result">): boolean {
	return kind === "restore" && result !== FOUND_ACTIVE;
}
