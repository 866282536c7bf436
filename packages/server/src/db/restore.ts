import {
	apply,
	decide,
	type Instant,
	type OperationId,
	RESTORE_DAYS,
	refuse,
	type SessionId,
} from "@carhythm/core";
import type { Transaction } from "kysely";
import type { Dialect } from "./dialect.ts";
import { eventOf } from "./event-body.ts";
import { restorableUntil } from "./expiry.ts";
import { loadSession } from "./load-session.ts";
import { noteRestore } from "./note-request.ts";
import { abandoning, accept, beginWork, fingerprintOf, keepFound, type Work, workBatch } from "./operate.ts";
import { operationMismatch, unknownSession } from "./refusals.ts";
import type { Schema } from "./schema.ts";
import { openBench, writeBench } from "./session-writer.ts";
import type { AssessmentStore, StartOutcome, StoredResult } from "./store.ts";
import { linkSuccessor, lockLastSuccessor, type Successor } from "./successors.ts";
import { unseen } from "./unseen.ts";

type Tx = Transaction<Schema>;

export type RestoreRequest = {
	session_id: SessionId;
	operation_id: OperationId;
	/** For setting aside the session that was begun in its place. */
	abandon_operation_id: OperationId;
	received: Instant;
	expiry_days: number;
};

/**
 * Undoes Start Fresh: the session becomes active again, the one that was begun in its place is set aside (and can be restored in
 * turn), and what came late while it was aside is applied. A session that is active already stays as it is.
 */
export async function restoreSession(
	tx: Tx,
	dialect: Dialect,
	assessments: AssessmentStore,
	request: RestoreRequest,
): Promise<StartOutcome> {
	await dialect.lockSessions(tx, "session_id", [request.session_id]);
	const session = await loadSession(tx, dialect, assessments, request.session_id);
	if (!session) return unknownSession();
	const known = await kindOfOperation(tx, session.response_id, request.operation_id);
	if (known) return known === "restore" ? { ok: true, session } : operationMismatch();
	const work = beginWork(session);
	const command = { kind: "restore" } as const;
	const fingerprint = fingerprintOf(command);
	if (session.state.status === "active") {
		const { operation_id, received } = request;
		noteRestore(work, { operation_id, received_at: received, fingerprint });
		await writeBench(tx, dialect, [work]);
		const { revision } = work.session.state;
		return { ok: true, session: { ...session, state: { ...session.state, revision } } };
	}
	const restorable_until = restorableUntil(session);
	if (!restorable_until || request.received > restorable_until) {
		return {
			ok: false,
			refusal: refuse(
				"session_not_restorable",
				`An assessment can be brought back for ${RESTORE_DAYS} days after starting fresh.`,
			),
		};
	}
	const operation = { operation_id: request.operation_id, command, client_time: null };
	const moment = { received: request.received, at: null, expiry_days: request.expiry_days };
	const decision = decide(session.version.index, session.state, operation, moment);
	if (!decision.ok) return decision;
	accept(work, operation, decision.event, fingerprint);
	await applyLate(tx, work);
	const last = await lockLastSuccessor(tx, dialect, session.response_id);
	const replacing = last?.status === "active" ? await setAside(tx, dialect, assessments, last, request) : [];
	await writeBench(tx, dialect, [work, ...replacing]);
	await linkSuccessor(tx, session.response_id, null);
	if (last) await linkSuccessor(tx, last.id, session.response_id);
	return { ok: true, session: work.session };
}

/** The session that was begun in this one's place, abandoned on the bench. */
async function setAside(
	tx: Tx,
	dialect: Dialect,
	assessments: AssessmentStore,
	{ session_id }: Successor,
	request: RestoreRequest,
): Promise<Work[]> {
	const bench = await openBench(tx, dialect, assessments, new Map([[session_id as SessionId, []]]));
	const works = [...bench.values()];
	for (const work of works) {
		workBatch(work, abandoning(work.session.state.session_id, request.abandon_operation_id), request);
	}
	return works;
}

/** What an operation id already stands for in a session: a repeated request has no second effect, whatever happened since. */
async function kindOfOperation(
	tx: Tx,
	response_id: number,
	operation_id: OperationId,
): Promise<string | null> {
	const row = await tx
		.selectFrom("session_events")
		.select("kind")
		.where("response_id", "=", response_id)
		.where("operation_id", "=", operation_id)
		.executeTakeFirst();
	return row?.kind ?? null;
}

async function applyLate(tx: Tx, work: Work): Promise<void> {
	const late = await tx
		.selectFrom("session_events")
		.selectAll()
		.where("response_id", "=", work.session.response_id)
		.where("outcome", "=", "late")
		// Completing from a device that did not know of the fresh start is not what restoring asks for.
		.where("kind", "in", ["answer", "clear", "draft", "move"])
		.orderBy("revision")
		.execute();
	for (const row of late) {
		const event = eventOf(row);
		if (!event) continue;
		const { body } = event;
		const changesAnswer = body.kind === "answer" || body.kind === "clear";
		if (changesAnswer) keepFound(work, body.question_id);
		const { version, state } = work.session;
		const stored = JSON.parse(row.result) as StoredResult;
		const seen =
			changesAnswer && stored.after ? await findSeen(tx, row.response_id, stored.after) : undefined;
		const conflict = changesAnswer ? unseen(state, stored, event, seen) : null;
		work.session = { ...work.session, state: apply(version.index, state, event) };
		if ("question_id" in body && body.kind !== "move") work.touched_questions.add(body.question_id);
		const stands =
			!("question_id" in body) ||
			body.kind === "move" ||
			body.kind === "draft" ||
			work.session.state.answers[body.question_id]?.operation_id === event.operation_id;
		await tx
			.updateTable("session_events")
			.set({
				outcome: stands ? "applied" : "superseded",
				...(body.kind === "draft" && { value: null }),
				...(conflict && { result: JSON.stringify({ ...stored, conflict } satisfies StoredResult) }),
			})
			.where("id", "=", row.id)
			.execute();
	}
}

/** The write that was in view when a late one was given. */
async function findSeen(tx: Tx, response_id: number, operation_id: OperationId) {
	const row = await tx
		.selectFrom("session_events")
		.select(["result", "received_at"])
		.where("response_id", "=", response_id)
		.where("operation_id", "=", operation_id)
		.executeTakeFirst();
	return row && { result: JSON.parse(row.result) as StoredResult, received_at: row.received_at };
}
