import { apply, type Instant, laterOf, type OperationId, toInstant, toMillis } from "@carhythm/core";
import { sql } from "kysely";
import type { DatabaseDialect } from "../dialect.ts";
import type { NewEvent, Tx } from "../schema.ts";
import type { StoredResult } from "../store.ts";
import { backfillAdoptedAnswer } from "./adopted-answers.ts";
import { detectConflict } from "./conflicts.ts";
import { eventOfHistoryRow } from "./history-row.ts";
import { recordRequest } from "./request-events.ts";
import type { LateRow, SessionWrite } from "./session-write.ts";

/** A late event, which has no id before it is stored. */
type Late = NewEvent & { id?: number };

/**
 * What is applied of the late events. Completing and taking the session over are not: the device that did so
 * did not know how the session stood.
 */
const APPLIED_KINDS = ["answer", "clear", "draft", "move"] as const;

const isAppliedKind = (kind: string) => APPLIED_KINDS.some((one) => one === kind);

/** The kind of the event that marks where late events were applied to a session that was not restored. */
export const APPLY_LATE = "apply_late";

/** Whether a session has late events that wait, as an expression of SQL over `student_responses`. */
export const hasLate = sql<boolean | number>`exists (
	select 1 from session_events e
	where e.response_id = student_responses.id and e.outcome = 'late' and e.kind in (${sql.join(APPLIED_KINDS.map((kind) => sql.lit(kind)))})
)`;

/** Reads the late events of some sessions, in the order in which they came. */
export async function loadLateEvents(
	tx: Tx,
	dialect: DatabaseDialect,
	response_ids: readonly number[],
): Promise<Map<number, LateRow[]>> {
	if (response_ids.length === 0) return new Map();
	const wanted = dialect.rows(
		{ response_id: "integer" },
		response_ids.map((response_id) => ({ response_id })),
	);
	const { rows } = await sql<LateRow>`
		select e.* from ${wanted} as w cross join session_events e
		where e.response_id = w.response_id and e.outcome = 'late'
			and e.kind in (${sql.join(APPLIED_KINDS.map((kind) => sql.lit(kind)))})
		order by e.response_id, e.revision`.execute(tx);
	return Map.groupBy(rows, ({ response_id }) => response_id);
}

/** The write that was in view when a late event was done; null when there was none or it is not told. */
export function seenByLate({ result }: Pick<LateRow, "result">): OperationId | null {
	return (JSON.parse(result) as StoredResult).after ?? null;
}

/** The late events of a work that wait. */
function waitingOf({ late, events }: SessionWrite): Late[] {
	const fresh = events.filter(({ outcome, kind }) => outcome === "late" && isAppliedKind(kind));
	return [...late, ...fresh];
}

function cameAfterExpiry({ result }: Late): boolean {
	const { result: told } = JSON.parse(result) as StoredResult;
	return told.status === "late" && told.code === "session_expired";
}

/**
 * Applies the late events of a session, at the times at which they were done: events commute, so what was
 * given later stands.
 * @param received no event counts as received later than this
 * @param options.renews whether they count as activity at the time at which they came
 * @returns how many there were
 */
export function replayLateEvents(
	work: SessionWrite,
	received: Instant,
	{ renews }: { renews: boolean },
): number {
	return applyAll(work, waitingOf(work), received, renews);
}

/**
 * Brings in what came after the expiry: the session has taken something in since, so it had not expired, or
 * has been renewed.
 */
export function replayLateOfExpired(work: SessionWrite, received: Instant): void {
	const waiting = waitingOf(work).filter(cameAfterExpiry);
	if (waiting.length === 0) return;
	const applied = applyAll(work, waiting, received, true);
	recordAppliedLate(work, received, applied);
}

function applyAll(work: SessionWrite, waiting: readonly Late[], received: Instant, renews: boolean): number {
	const times = timesOf(waiting, received);
	work.late = work.late.filter((row) => !waiting.includes(row));
	for (const row of waiting) {
		const at = times.get(row) ?? row.at;
		applyOne(work, row, { at, received: renews ? earlierOf(row.received_at, received) : at });
	}
	return waiting.length;
}

/** Marks in the history where late events were applied. */
export function recordAppliedLate(work: SessionWrite, received: Instant, applied: number): void {
	const revision = work.session.state.revision + 1;
	recordRequest(work, {
		// Only the revision tells one from another, so a repeated commit gives the same id.
		operation_id: `00000000-0000-8000-8001-${revision.toString(16).padStart(12, "0")}` as OperationId,
		kind: APPLY_LATE,
		received_at: received,
		fingerprint: APPLY_LATE,
		result: JSON.stringify({ applied }),
	});
}

/**
 * When late events were done. Where the server's clock ran ahead when they came, they count as received at
 * `received`: each keeps its age, and they keep their order.
 *
 * @example The server's clock is 40 days ahead for a minute. An answer of that minute is stamped with 9
 *   January. At the next
 * write, received on 30 November at 12:00, it counts as done a millisecond before 12:00.
 */
function timesOf(waiting: readonly NewEvent[], received: Instant): Map<NewEvent, Instant> {
	const times = new Map<NewEvent, Instant>();
	let before = toMillis(received);
	const ahead = waiting
		.filter(({ received_at }) => received_at > received)
		.sort((a, b) => (a.at === b.at ? b.revision - a.revision : a.at < b.at ? 1 : -1));
	for (const row of ahead) {
		const own = toMillis(row.at) - (toMillis(row.received_at) - toMillis(received));
		before = Math.min(own, before - 1);
		times.set(row, toInstant(before));
	}
	return times;
}

function applyOne(work: SessionWrite, row: Late, { at, received }: { at: Instant; received: Instant }): void {
	const event = eventOfHistoryRow({ ...row, at, received_at: received });
	if (!event) return;
	const { body } = event;
	const changesAnswer = body.kind === "answer" || body.kind === "clear";
	if (changesAnswer) backfillAdoptedAnswer(work, body.question_id);
	const { version, state } = work.session;
	const stored = JSON.parse(row.result) as StoredResult;
	const seen = changesAnswer && stored.after ? work.known.get(stored.after) : undefined;
	const told = { ...event, received_at: row.received_at };
	const conflict = changesAnswer ? detectConflict(state, stored, told, seen) : null;
	work.session = { ...work.session, state: apply(version.index, state, event) };
	work.changed = true;
	if ("question_id" in body && body.kind !== "move") work.touched_questions.add(body.question_id);
	const stands =
		!changesAnswer || work.session.state.answers[body.question_id]?.operation_id === event.operation_id;
	const result: StoredResult = { ...stored, ...(conflict && { conflict }) };
	const known = work.known.get(row.operation_id);
	// The next late event may have been done with this one in view.
	if (known) work.known.set(row.operation_id, { ...known, at, result });
	const applied = {
		outcome: stands ? ("applied" as const) : ("superseded" as const),
		at,
		value: body.kind === "draft" ? null : row.value,
		result: JSON.stringify(result),
	};
	if (row.id === undefined) Object.assign(row, applied);
	else work.applied_late.push({ id: row.id, ...applied });
}

function earlierOf(a: Instant, b: Instant): Instant {
	return laterOf(a, b) === a ? b : a;
}

/** Writes what has become of late events that were stored before. */
export async function saveAppliedLate(
	tx: Tx,
	works: readonly Pick<SessionWrite, "applied_late">[],
): Promise<void> {
	for (const { id, ...applied } of works.flatMap(({ applied_late }) => applied_late)) {
		await tx.updateTable("session_events").set(applied).where("id", "=", id).execute();
	}
}
