import { addMinutes, mintSessionId, type OperationId, type SessionId } from "@carhythm/core";
import { sql } from "kysely";
import type { Tx } from "../schema.ts";
import type { LeaveOutcome, StoredSession } from "../store.ts";
import { kindOfOperation } from "../writes/known-operations.ts";
import { loadOneSession } from "../writes/load-sessions.ts";
import { receiveTimesOf } from "../writes/receive-time.ts";
import { recordRequest } from "../writes/request-events.ts";
import { appendEvents } from "../writes/save-sessions.ts";
import type { SessionWrite } from "../writes/session-write.ts";
import type { WriteContext } from "../writes/write-context.ts";
import { isSecretOver } from "./expiry.ts";
import { hashOfFormerId } from "./former-ids.ts";
import { operationMismatch, sessionMoved, toBeErased, unknownSession } from "./refusals.ts";
import { selectSessions, toStoredSession } from "./rows.ts";

/** The kind of the event by which the history tells that a session got a new id. */
const LEAVE_OTHERS = "leave_others";

/** For so long a repeat under the former id gets the new one: a lost reply must not lock the student out. */
const REPLAY_HOURS = 24;

/** Each leaves a row that stays as long as the session. A student needs one a day at most. */
const MOST_A_DAY = 20;

type LeaveRequest = { session_id: SessionId; operation_id: OperationId };

/**
 * Gives a session a new id. The former one takes in what devices had queued under it, and shows nothing.
 *
 * @example Device A (borrowed) and device B have the session under the id 1. B leaves the others at 12:00 and
 *   gets the id 2. At 12:05 A is back online and sends under 1 an answer of 11:50: it is taken in, dated 11:50.
 */
export async function leaveOthers(context: WriteContext, request: LeaveRequest): Promise<LeaveOutcome> {
	const { tx } = context;
	const { session_id, operation_id } = request;
	const work = await loadOneSession(context, session_id);
	if (!work) return repeatUnderFormerId(context, request);
	const { response_id } = work.session;
	const known = await kindOfOperation(tx, response_id, operation_id);
	if (known) {
		const isLast = known === LEAVE_OTHERS && (await lastMove(tx, response_id)) === operation_id;
		return isLast ? { ok: true, session: work.session } : operationMismatch();
	}
	if (work.session.erase_at !== null) return toBeErased();
	const today = await countMoves(tx, response_id, addMinutes(context.now(), -24 * 60));
	if (today >= MOST_A_DAY) return { ok: false, too_many: true };
	return { ok: true, session: await moveSession(context, work, operation_id) };
}

/**
 * Gives a loaded session its new id, in the order that foreign keys allow: feedback names the session by its
 * id, with a key that adopted databases do not defer.
 */
export async function moveSession(
	context: WriteContext,
	work: SessionWrite,
	operation_id: OperationId,
): Promise<StoredSession> {
	const { tx } = context;
	const { response_id, state } = work.session;
	const moved_at = context.now();
	const { received } = receiveTimesOf(state, { sent_at: null, operations: [] }, moved_at);
	recordRequest(work, {
		operation_id,
		kind: LEAVE_OTHERS,
		received_at: received,
		fingerprint: LEAVE_OTHERS,
		result: "{}",
	});
	// Nothing else of the session is written: a move is no activity, and adopted rows keep their finer times.
	await appendEvents(tx, context.dialect, work.events);
	const { revision } = work.session.state;
	await tx.updateTable("session_details").set({ revision }).where("response_id", "=", response_id).execute();
	context.changed.add(response_id);

	const session_id = mintSessionId(context.randomBytes);
	await withoutFeedback(tx, state.session_id, session_id, async () => {
		await tx.updateTable("student_responses").set({ session_id }).where("id", "=", response_id).execute();
	});
	await tx
		.insertInto("session_former_ids")
		.values({ former_id_hash: hashOfFormerId(state.session_id), response_id, operation_id, moved_at })
		.execute();
	// Each is worked out from the former id, and one that was used would give the new id to its device.
	await tx.deleteFrom("hand_offs").where("response_id", "=", response_id).execute();
	const { session } = work;
	return { ...session, state: { ...session.state, session_id } };
}

/** Takes the feedback of a session away while its id changes, and puts it back under the new one. */
async function withoutFeedback(
	tx: Tx,
	former: string,
	session_id: string,
	work: () => Promise<void>,
): Promise<void> {
	const rows = await tx
		.selectFrom("feedbacks")
		.selectAll()
		// As the database writes it: other programs store finer times than this one reads.
		.select(sql<string>`cast(created_at as text)`.as("created_at"))
		.where("session_id", "=", former)
		.execute();
	if (rows.length > 0) await tx.deleteFrom("feedbacks").where("session_id", "=", former).execute();
	await work();
	if (rows.length === 0) return;
	await tx
		.insertInto("feedbacks")
		.values(rows.map((row) => ({ ...row, session_id })))
		.execute();
}

/** The reply to a request under an id that the session no longer has. */
async function repeatUnderFormerId(
	context: WriteContext,
	{ session_id, operation_id }: LeaveRequest,
): Promise<LeaveOutcome> {
	const { tx, dialect, assessments } = context;
	const former = await tx
		.selectFrom("session_former_ids")
		.select(["response_id", "operation_id", "moved_at"])
		.where("former_id_hash", "=", hashOfFormerId(session_id))
		.executeTakeFirst();
	if (!former) return unknownSession();
	const { response_id } = former;
	// With a lock it waits for a standby, so a move whose commit was in doubt is confirmed only when it is sure.
	await dialect.lockSessions(tx, "id", [response_id]);
	const row = await selectSessions(tx).where("student_responses.id", "=", response_id).executeTakeFirst();
	if (!row) return unknownSession();
	const session = await toStoredSession(row, assessments);
	const now = context.now();
	if (isSecretOver(session, { ...context, now })) return unknownSession();
	const isRepeat =
		former.operation_id === operation_id &&
		now <= addMinutes(former.moved_at, REPLAY_HOURS * 60) &&
		(await lastMove(tx, response_id)) === operation_id;
	return isRepeat ? { ok: true, session } : sessionMoved();
}

/** The operation that gave a session its present id. */
async function lastMove(tx: Tx, response_id: number): Promise<string | null> {
	const row = await tx
		.selectFrom("session_events")
		.select("operation_id")
		.where("response_id", "=", response_id)
		.where("kind", "=", LEAVE_OTHERS)
		.orderBy("revision", "desc")
		.limit(1)
		.executeTakeFirst();
	return row?.operation_id ?? null;
}

async function countMoves(tx: Tx, response_id: number, since: string): Promise<number> {
	const { moves } = await tx
		.selectFrom("session_former_ids")
		.select((select) => select.fn.countAll().as("moves"))
		.where("response_id", "=", response_id)
		.where("moved_at", ">", since)
		.executeTakeFirstOrThrow();
	return Number(moves);
}
