import {
	beginSession,
	type Instant,
	type Language,
	mintDisplayId,
	mintOperationId,
	mintSessionId,
	type OperationId,
	refuse,
	type SessionId,
} from "@carhythm/core";
import type { Transaction } from "kysely";
import type { Dialect } from "./dialect.ts";
import { abandoning, fingerprintOf, unknownSession, type Work, workBatch } from "./operate.ts";
import { PLACEHOLDER } from "./person.ts";
import type { Schema } from "./schema.ts";
import { selectSessions, toStoredSession } from "./session-rows.ts";
import { appendEvents, openBench, writeBench } from "./session-writer.ts";
import type { AssessmentStore, AssessmentVersion, StartOutcome, StoredSession } from "./store.ts";

type Tx = Transaction<Schema>;

/** What writing a session needs from outside. */
export type Means = {
	dialect: Dialect;
	assessments: AssessmentStore;
	now: () => Instant;
	randomBytes: (count: number) => Uint8Array;
	expiry_days: number;
};

export type StartRequest = {
	operation_id: OperationId | null;
	version: AssessmentVersion;
	/** Start Fresh: the session to set aside. */
	replaces: SessionId | null;
	language: Language;
};

/** Begins a session, in place of another one if asked, exactly once for each operation id. */
export async function startSession(tx: Tx, means: Means, request: StartRequest): Promise<StartOutcome> {
	const started = await findStarted(tx, means, request);
	if (started) return started;
	const replaced = request.replaces ? await setAside(tx, means, request.replaces) : null;
	if (replaced && "outcome" in replaced) return replaced.outcome;
	const session = await insertSession(tx, means, request);
	if (replaced) {
		await writeBench(tx, means.dialect, [replaced.work]);
		await linkSuccessor(tx, replaced.work.session.response_id, session.response_id);
	}
	return { ok: true, session };
}

/** Notes which session was begun in place of another; null takes the note away. */
export async function linkSuccessor(tx: Tx, response_id: number, replaced_by: number | null): Promise<void> {
	await tx
		.updateTable("session_details")
		.set({ replaced_by })
		.where("response_id", "=", response_id)
		.execute();
}

async function findStarted(tx: Tx, means: Means, request: StartRequest): Promise<StartOutcome | null> {
	if (!request.operation_id) return null;
	const row = await selectSessions(tx)
		.select("session_details.start_fingerprint")
		.where("session_details.start_operation_id", "=", request.operation_id)
		.executeTakeFirst();
	if (!row) return null;
	if (row.start_fingerprint !== startFingerprint(request)) {
		return {
			ok: false,
			refusal: refuse("operation_mismatch", "This id was already used for a different start. Use a new id."),
		};
	}
	return { ok: true, session: await toStoredSession(row, means.assessments) };
}

/** What a repeated start must say again to count as the same: not the version, which may have become newer meanwhile. */
function startFingerprint({ version, replaces, language }: StartRequest): string {
	return fingerprintOf([version.index.assessment.key, replaces, language]);
}

/** Puts the old session on the bench and abandons it there, unless it already has a successor that is active. */
async function setAside(
	tx: Tx,
	means: Means,
	session_id: SessionId,
): Promise<{ work: Work } | { outcome: StartOutcome }> {
	const bench = await openBench(tx, means.dialect, means.assessments, new Map([[session_id, []]]));
	const work = bench.get(session_id);
	if (!work) return { outcome: unknownSession() };
	const successor = await activeSuccessor(tx, means, work.session.response_id);
	// Two tabs that start fresh at once get the same new session: there are never two active ones.
	if (successor) return { outcome: { ok: true, session: successor } };
	const batch = abandoning(session_id, mintOperationId(means.randomBytes));
	const rules = { received: means.now(), expiry_days: means.expiry_days };
	const outcome = workBatch(work, batch, rules);
	return outcome.ok ? { work } : { outcome };
}

async function activeSuccessor(tx: Tx, means: Means, response_id: number): Promise<StoredSession | null> {
	const row = await selectSessions(tx)
		.innerJoin("session_details as replaced", "replaced.replaced_by", "student_responses.id")
		.where("replaced.response_id", "=", response_id)
		.where("student_responses.status", "=", "active")
		.executeTakeFirst();
	return row ? toStoredSession(row, means.assessments) : null;
}

async function insertSession(tx: Tx, means: Means, request: StartRequest): Promise<StoredSession> {
	const { version, language, operation_id } = request;
	const session_id = mintSessionId(means.randomBytes);
	const display_id = mintDisplayId(means.randomBytes);
	const started_at = means.now();
	const { id: response_id } = await tx
		.insertInto("student_responses")
		.values({
			...PLACEHOLDER,
			session_id,
			completed_at: null,
			created_at: started_at,
			status: "active",
			last_activity: started_at,
			current_page_id: null,
		})
		.returning("id")
		.executeTakeFirstOrThrow();
	const begun = { language, assessment_version_id: version.version_id };
	await tx
		.insertInto("session_details")
		.values({
			response_id,
			display_id,
			...begun,
			revision: 1,
			answered: 0,
			ever_answered: 0,
			start_operation_id: operation_id,
			start_fingerprint: startFingerprint(request),
		})
		.execute();
	await appendEvents(tx, means.dialect, [
		{
			response_id,
			revision: 1,
			operation_id: operation_id ?? mintOperationId(means.randomBytes),
			kind: "start",
			question_id: null,
			value: JSON.stringify(begun),
			at: started_at,
			client_time: null,
			received_at: started_at,
			outcome: "applied",
			fingerprint: fingerprintOf(begun),
			result: "{}",
		},
	]);
	return {
		response_id,
		display_id,
		version,
		state: { ...beginSession({ session_id, language, started_at }), revision: 1 },
		device: null,
		completed_at: null,
		abandoned_at: null,
		adopted_at: null,
	};
}
