import {
	addMinutes,
	beginSession,
	type Instant,
	type Language,
	mintDisplayId,
	mintOperationId,
	mintSessionId,
	type OperationId,
	type Refusal,
	refuse,
	type SessionId,
} from "@carhythm/core";
import { insertConsent } from "../consents/consents.ts";
import type { Tx } from "../schema.ts";
import type { AssessmentVersion, NewConsent, StartOutcome, StoredSession } from "../store.ts";
import { abandoning, applyBatch, fingerprintOf, judgingRulesOf } from "../writes/apply-batch.ts";
import { loadOneSession } from "../writes/load-sessions.ts";
import { recordRequest } from "../writes/request-events.ts";
import { appendEvents, saveSessions } from "../writes/save-sessions.ts";
import type { SessionWrite } from "../writes/session-write.ts";
import type { WriteContext } from "../writes/write-context.ts";
import { hasMoved } from "./former-ids.ts";
import { PLACEHOLDER } from "./person.ts";
import { operationMismatch, sessionMoved, unknownSession } from "./refusals.ts";
import { selectSessions, toStoredSession } from "./rows.ts";
import { linkSuccessor, lockLastSuccessor } from "./successors.ts";

/** For so long a repeated start gets the session of the first one. */
const START_REPLAY_HOURS = 24;

export type StartRequest = {
	operation_id: OperationId | null;
	version: AssessmentVersion;
	/** Start Fresh: the session to set aside. */
	replaces: SessionId | null;
	language: Language;
	/** What was declared to the notice before; a refusal where that notice is not the present one. */
	consent: NewConsent | { refusal: Refusal } | null;
};

/** Begins a session, in place of another one if asked, exactly once for each operation id. */
export async function startSession(context: WriteContext, request: StartRequest): Promise<StartOutcome> {
	const started = await findStarted(context, request);
	if (started) return started;
	const { consent } = request;
	if (consent && "refusal" in consent) return { ok: false, refusal: consent.refusal };
	const replaced = request.replaces ? await setAside(context, request, request.replaces) : null;
	if (replaced && "outcome" in replaced) return replaced.outcome;
	const session = await insertSession(context, request, consent);
	if (replaced) {
		await saveSessions(context, [replaced.work]);
		await linkSuccessor(context.tx, replaced.last, session.response_id);
	}
	return { ok: true, session };
}

async function findStarted(context: WriteContext, request: StartRequest): Promise<StartOutcome | null> {
	const { tx, dialect, assessments } = context;
	if (!request.operation_id) return null;
	const row = await selectSessions(tx)
		.select("session_details.start_fingerprint")
		.where("session_details.start_operation_id", "=", request.operation_id)
		.executeTakeFirst();
	if (!row) return null;
	if (row.start_fingerprint !== startFingerprint(request)) return operationMismatch();
	if (isReplayOver(row.created_at, context.now())) return replayIsOver();
	// Its operation id is known on the device that was left, and would lead it to the new id.
	if (await hasMoved(tx, row.response_id)) return sessionMoved();
	// A transaction that only reads waits for no standby. With a lock this one does, so a start whose first
	// commit was in doubt is confirmed only when the standby has it.
	await dialect.lockSessions(tx, "id", [row.response_id]);
	return { ok: true, session: await toStoredSession(row, assessments) };
}

/**
 * Whether a start is too long ago to be repeated. Its operation id leads to the session id like a password,
 * and stays in request logs of clients: it must not do so for ever.
 */
function isReplayOver(started_at: Instant, now: Instant): boolean {
	return now > addMinutes(started_at, START_REPLAY_HOURS * 60);
}

function replayIsOver(): StartOutcome {
	const detail = `A start can be repeated with its id for ${START_REPLAY_HOURS} hours. Use a new id.`;
	return { ok: false, refusal: refuse("operation_mismatch", detail) };
}

/**
 * What a repeated start must say again to count as the same: not the version, which may have become newer
 * meanwhile.
 */
function startFingerprint({ version, replaces, language }: StartRequest): string {
	return fingerprintOf([version.index.assessment.key, replaces, language]);
}

/**
 * Loads the old session and abandons it in the unit of work, unless a session that is active has its place already.
 * @returns with `last` the end of the chain of fresh starts, behind which the new session comes
 */
async function setAside(
	context: WriteContext,
	request: StartRequest,
	session_id: SessionId,
): Promise<{ work: SessionWrite; last: number } | { outcome: StartOutcome }> {
	const work = await loadOneSession(context, session_id);
	if (!work) return { outcome: unknownSession() };
	// The same request may have come first through another process, and have been done while this one waited
	// for the lock.
	const sent = (await findStarted(context, request)) ?? (await findRedirected(context, request, work));
	if (sent) return { outcome: sent };
	const { response_id } = work.session;
	const last = await lockLastSuccessor(context.tx, context.dialect, response_id);
	// Two tabs that start fresh at once get the same new session: there are never two active ones.
	if (last?.status === "active") return { outcome: await redirect(context, request, work, last.id) };
	const batch = abandoning(session_id, mintOperationId(context.randomBytes));
	const outcome = applyBatch(work, batch, judgingRulesOf(context));
	return outcome.ok ? { work, last: last?.id ?? response_id } : { outcome };
}

/**
 * Answers a fresh start with the session that has the place already, and notes it in the old one: a repeat
 * gets the same.
 */
async function redirect(
	context: WriteContext,
	request: StartRequest,
	work: SessionWrite,
	started: number,
): Promise<StartOutcome> {
	const { operation_id } = request;
	const { response_id } = work.session;
	const session = await startedSession(context, "student_responses.id", started);
	if (!session) throw new Error("A successor that was just found is gone.");
	if (await hasMoved(context.tx, started)) return sessionMoved();
	if (operation_id && !(await findEvent(context.tx, response_id, operation_id))) {
		recordRequest(work, {
			operation_id,
			kind: "start",
			received_at: context.now(),
			fingerprint: startFingerprint(request),
			result: redirectedTo(session.display_id),
		});
		await saveSessions(context, [work]);
	}
	return { ok: true, session };
}

/** By the display id: the number of a row that was erased may be another session's by now. */
type Redirected = { started: string | null };

/** The stored result of a fresh start that was answered with another session; null for one that was erased since. */
export function redirectedTo(display_id: string | null): string {
	return JSON.stringify({ started: display_id } satisfies Redirected);
}

async function findRedirected(
	context: WriteContext,
	request: StartRequest,
	{ session: replaced }: SessionWrite,
): Promise<StartOutcome | null> {
	const { operation_id } = request;
	const event = operation_id && (await findEvent(context.tx, replaced.response_id, operation_id));
	if (!event) return null;
	if (event.kind !== "start" || event.fingerprint !== startFingerprint(request)) return operationMismatch();
	if (isReplayOver(event.received_at, context.now())) return replayIsOver();
	const { started } = JSON.parse(event.result) as Redirected;
	const session = started && (await startedSession(context, "session_details.display_id", started));
	if (session && (await hasMoved(context.tx, session.response_id))) return sessionMoved();
	return session ? { ok: true, session } : null;
}

function findEvent(tx: Tx, response_id: number, operation_id: OperationId) {
	return tx
		.selectFrom("session_events")
		.select(["kind", "fingerprint", "received_at", "result"])
		.where("response_id", "=", response_id)
		.where("operation_id", "=", operation_id)
		.executeTakeFirst();
}

async function startedSession(
	{ tx, assessments }: WriteContext,
	key: "student_responses.id" | "session_details.display_id",
	value: number | string,
): Promise<StoredSession | null> {
	const row = await selectSessions(tx).where(key, "=", value).executeTakeFirst();
	return row ? toStoredSession(row, assessments) : null;
}

async function insertSession(
	context: WriteContext,
	request: StartRequest,
	given: NewConsent | null,
): Promise<StoredSession> {
	const { tx, dialect, randomBytes } = context;
	const { version, language, operation_id } = request;
	const session_id = mintSessionId(randomBytes);
	const display_id = mintDisplayId(randomBytes);
	const started_at = context.now();
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
	await appendEvents(tx, dialect, [
		{
			response_id,
			revision: 1,
			operation_id: operation_id ?? mintOperationId(randomBytes),
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
	const consent = given && (await insertConsent(tx, response_id, given, started_at));
	context.lifecycle.push("started");
	return {
		response_id,
		display_id,
		version,
		state: { ...beginSession({ session_id, language, started_at }), revision: 1 },
		device: null,
		completed_at: null,
		abandoned_at: null,
		adopted_at: null,
		erase_at: null,
		consent,
		incarnation: null,
	};
}
