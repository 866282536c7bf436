import {
	decide,
	type Instant,
	mintOperationId,
	type OperationId,
	RESTORE_DAYS,
	refuse,
	type SessionId,
} from "@carhythm/core";
import type { StartOutcome } from "../store.ts";
import {
	abandoning,
	acceptEvent,
	applyBatch,
	fingerprintOf,
	type JudgingRules,
} from "../writes/apply-batch.ts";
import { DEFAULT_BOUNDS, NO_BOUNDS, refuseFull } from "../writes/history-bounds.ts";
import { kindOfOperation, loadLateEventsOf } from "../writes/known-operations.ts";
import { replayLateEvents, replayLateOfExpired } from "../writes/late-events.ts";
import { loadOneSession } from "../writes/load-sessions.ts";
import { receiveTimesOf } from "../writes/receive-time.ts";
import { recordRestore } from "../writes/request-events.ts";
import { saveSessions } from "../writes/save-sessions.ts";
import { beginSessionWrite, type SessionWrite } from "../writes/session-write.ts";
import type { WriteContext } from "../writes/write-context.ts";
import { isSecretOver, restorableUntil } from "./expiry.ts";
import { loadSession } from "./load-session.ts";
import { operationMismatch, toBeErased, unknownSession } from "./refusals.ts";
import { linkSuccessor, lockLastSuccessor, type Successor } from "./successors.ts";

/** No operation has this id: it only asks whether one would be refused. */
const PROBE_ID = "00000000-0000-4000-8000-000000000000" as OperationId;

export type RestoreRequest = { session_id: SessionId; operation_id: OperationId };

/**
 * Undoes Start Fresh: the session becomes active again, the one that was begun in its place is set aside (and
 * can be restored in turn), and what came late while it was aside is applied. A session that is active
 * already stays as it is.
 */
export async function restoreSession(context: WriteContext, request: RestoreRequest): Promise<StartOutcome> {
	const { tx, dialect, assessments, expiry_days } = context;
	const now = context.now();
	await dialect.lockSessions(tx, "session_id", [request.session_id]);
	const session = await loadSession(tx, dialect, assessments, request.session_id);
	if (!session || isSecretOver(session, { ...context, now })) return unknownSession();
	const known = await kindOfOperation(tx, session.response_id, request.operation_id);
	if (known) return known === "restore" ? { ok: true, session } : operationMismatch();
	if (session.erase_at) return toBeErased();
	const work = beginSessionWrite(session);
	const command = { kind: "restore" } as const;
	const full = refuseFull(work, { command }, context.bounds ?? DEFAULT_BOUNDS);
	if (full) return { ok: false, refusal: full };
	const fingerprint = fingerprintOf(command);
	const batch = { sent_at: null, operations: [] };
	const { received } = receiveTimesOf(work.session.state, batch, now);
	await loadLateEventsOf(tx, dialect, work);
	if (session.state.status === "active") {
		const { operation_id } = request;
		const expired = refuseExpired(work, { received, expiry_days });
		if (expired) return { ok: false, refusal: expired };
		recordRestore(work, { operation_id, received_at: received, fingerprint });
		replayLateOfExpired(work, received);
		await saveSessions(context, [work]);
		return { ok: true, session: work.session };
	}
	const restorable_until = restorableUntil(session);
	if (!restorable_until || now > restorable_until) {
		return {
			ok: false,
			refusal: refuse(
				"session_not_restorable",
				`An assessment can be brought back for ${RESTORE_DAYS} days after starting fresh.`,
			),
		};
	}
	const operation = { operation_id: request.operation_id, command, client_time: null };
	const moment = { received, at: null, expiry_days };
	const decision = decide(session.version.index, session.state, operation, moment);
	if (!decision.ok) return decision;
	acceptEvent(work, operation, decision.event, fingerprint);
	replayLateEvents(work, received, { renews: true });
	const last = await lockLastSuccessor(tx, dialect, session.response_id);
	const replacing = last?.status === "active" ? await setAside(context, last, now) : [];
	await saveSessions(context, [work, ...replacing]);
	await linkSuccessor(tx, session.response_id, null);
	if (last) await linkSuccessor(tx, last.id, session.response_id);
	return { ok: true, session: work.session };
}

/** Restoring does not renew what has expired: only what was done in time does. */
function refuseExpired(
	{ session: { version, state } }: SessionWrite,
	{ received, expiry_days }: Pick<JudgingRules, "received" | "expiry_days">,
) {
	const operation = { operation_id: PROBE_ID, command: { kind: "complete" } } as const;
	const decision = decide(version.index, state, operation, { received, at: null, expiry_days });
	return decision.ok ? null : decision.refusal;
}

/** The session that was begun in this one's place, abandoned in the unit of work. */
async function setAside(
	context: WriteContext,
	{ session_id }: Successor,
	received: Instant,
): Promise<SessionWrite[]> {
	const work = await loadOneSession(context, session_id as SessionId);
	if (!work) return [];
	const batch = abandoning(work.session.state.session_id, mintOperationId(context.randomBytes));
	// However full it is: the restored session, which is bounded, is active in its place.
	applyBatch(work, batch, { received, expiry_days: context.expiry_days, bounds: NO_BOUNDS });
	return [work];
}
