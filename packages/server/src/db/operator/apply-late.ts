import { type Instant, laterOf, type SessionId, type SessionStatus } from "@carhythm/core";
import type { Database, DatabaseDialect } from "../dialect.ts";
import { type Actor, recordOperatorEvent } from "../operator-log/append.ts";
import type { Tx } from "../schema.ts";
import { loadSession } from "../sessions/load-session.ts";
import type { AssessmentStore } from "../store.ts";
import { inTransaction } from "../transaction.ts";
import { loadLateEventsOf } from "../writes/known-operations.ts";
import { recordAppliedLate, replayLateEvents } from "../writes/late-events.ts";
import { saveSessions } from "../writes/save-sessions.ts";
import { beginSessionWrite, type SessionWrite } from "../writes/session-write.ts";

/** A late event and what becomes of it. */
type AppliedEvent = {
	revision: number;
	at: Instant;
	received_at: Instant;
	kind: string;
	question: string;
	value: unknown;
	/** `superseded`: in the history, under a later answer. */
	becomes: "applied" | "superseded";
};

type Counted = { status: SessionStatus; answered: number; last_activity: Instant };

/** What applying the late events of a session changes, or has changed. */
export type AppliedLateEvents = {
	display_id: string;
	events: AppliedEvent[];
	before: Counted;
	after: Counted;
};

/**
 * Applies the late events of a session, whatever its status, which stays as it is. Done again it finds none.
 * @param options.renew whether the session counts as active now, so that the student can go on; otherwise it
 *   counts as active when the newest of them was done
 * @param options.dry_run only says what it would do
 * @returns null for an unknown display id
 */
export async function applyLateEvents(
	database: Database,
	assessments: AssessmentStore,
	display_id: string,
	options: { now: Instant; renew: boolean; dry_run: boolean; actor: Actor },
): Promise<AppliedLateEvents | null> {
	const { dialect, changeFeed } = database;
	const done = await inTransaction(database, async (tx) => {
		const work = await openWork(tx, dialect, assessments, display_id);
		if (!work) return null;
		const { state } = work.session;
		const waiting = work.late;
		const received = laterOf(options.now, state.last_activity);
		const applied = replayLateEvents(work, received, { renews: false });
		if (applied > 0) {
			recordAppliedLate(work, received, applied);
			if (options.renew) renew(work, received);
			if (!options.dry_run) {
				await saveSessions({ tx, dialect, changed: new Set(), lifecycle: [] }, [work]);
				await forgetProfile(tx, work.session.response_id);
			}
		}
		const { actor, renew: renewed, dry_run } = options;
		await recordOperatorEvent(
			tx,
			{
				actor,
				action: "session.apply_late",
				target: display_id,
				details: { events: applied, renewed, dry_run },
			},
			options.now,
		);
		const events = waiting.map((row) => {
			const became = work.applied_late.find(({ id }) => id === row.id);
			return {
				revision: row.revision,
				at: became?.at ?? row.at,
				received_at: row.received_at,
				kind: row.kind,
				question: keyOf(work, row.question_id),
				value: row.value === null ? null : JSON.parse(row.value),
				becomes: became?.outcome === "superseded" ? ("superseded" as const) : ("applied" as const),
			};
		});
		const before = { ...countsOf(state), last_activity: work.activity_before };
		return { response_id: work.session.response_id, events, before, after: countsOf(work.session.state) };
	});
	if (!done) return null;
	const { response_id, ...told } = done;
	if (told.events.length > 0 && !options.dry_run) changeFeed.tell([response_id]);
	return { display_id, ...told };
}

async function openWork(
	tx: Tx,
	dialect: DatabaseDialect,
	assessments: AssessmentStore,
	display_id: string,
): Promise<SessionWrite | null> {
	const row = await tx
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.response_id")
		.select(["student_responses.id", "student_responses.session_id"])
		.where("session_details.display_id", "=", display_id)
		.executeTakeFirst();
	if (!row) return null;
	await dialect.lockSessions(tx, "id", [row.id]);
	const session = await loadSession(tx, dialect, assessments, row.session_id as SessionId);
	if (!session) return null;
	const work = beginSessionWrite(session);
	await loadLateEventsOf(tx, dialect, work);
	return work;
}

function renew(work: SessionWrite, received: Instant): void {
	const { state } = work.session;
	work.session = { ...work.session, state: { ...state, last_activity: received } };
}

/**
 * The stored profile of a completed session does not know these answers: the next look at the results
 * computes it anew.
 */
async function forgetProfile(tx: Tx, response_id: number): Promise<void> {
	await tx
		.updateTable("assessment_scores")
		.set({ rhythm_profile: null })
		.where("response_id", "=", response_id)
		.execute();
}

function countsOf({ status, answered, last_activity }: SessionWrite["session"]["state"]): Counted {
	return { status, answered, last_activity };
}

function keyOf({ session }: SessionWrite, question_id: number | null): string {
	if (question_id === null) return "";
	return (
		session.version.index.by_question.get(question_id)?.question.key ?? `unknown question ${question_id}`
	);
}
