import type { AnswerRecord, DraftRecord, SessionId } from "@carhythm/core";
import { sql, type Transaction } from "kysely";
import type { DatabaseDialect } from "../dialect.ts";
import type { NewEvent, Schema } from "../schema.ts";
import { recordLifecycleOf } from "../sessions/lifecycle.ts";
import { NEWEST_COLUMNS, selectNewest, TOUCHED, type Touched } from "../sessions/newest-events.ts";
import {
	adoptedAnswer,
	answerColumns,
	currentAnswers,
	draftOfRow,
	type HistoryRow,
	selectSessions,
	toStoredSession,
} from "../sessions/rows.ts";
import type { AssessmentStore, Batch } from "../store.ts";
import { questionsOf } from "./apply-batch.ts";
import { loadDevices, loadTimes, saveDevices } from "./device-order.ts";
import { loadKnownOperations } from "./known-operations.ts";
import { hasLate, loadLateEvents, saveAppliedLate, seenByLate } from "./late-events.ts";
import { beginSessionWrite, type SessionWrite } from "./unit-of-work.ts";

type Tx = Transaction<Schema>;

/**
 * Reads what a group of batches needs, in a fixed number of queries however many sessions there are, and locks the sessions.
 * Unknown sessions are missing from the result.
 */
export async function loadSessions(
	tx: Tx,
	dialect: DatabaseDialect,
	assessments: AssessmentStore,
	groups: ReadonlyMap<SessionId, readonly Batch[]>,
): Promise<Map<SessionId, SessionWrite>> {
	await dialect.lockSessions(tx, "session_id", [...groups.keys()]);
	const wanted = dialect.rows(
		{ session_id: "text" },
		Array.from(groups.keys(), (session_id) => ({ session_id })),
	);
	const rows = await selectSessions(tx)
		.select(hasLate.as("has_late"))
		.where("student_responses.session_id", "in", sql<string>`(select session_id from ${wanted} as w)`)
		.execute();
	const writes = new Map<SessionId, SessionWrite>();
	const byResponse = new Map<number, SessionWrite>();
	for (const row of rows) {
		const work = beginSessionWrite(await toStoredSession(row, assessments));
		writes.set(work.session.state.session_id, work);
		byResponse.set(row.response_id, work);
	}
	const waiting = rows.filter(({ status, has_late }) => status === "active" && has_late);
	const late = await loadLateEvents(
		tx,
		dialect,
		waiting.map(({ response_id }) => response_id),
	);
	const touched: Touched[] = [];
	const operations: { response_id: number; operation_id: string }[] = [];
	for (const [session_id, batches] of groups) {
		const work = writes.get(session_id);
		if (!work) continue;
		const { response_id, version } = work.session;
		work.late = late.get(response_id) ?? [];
		const asked = [...batches.flatMap(questionsOf), ...work.late.flatMap((row) => row.question_id ?? [])];
		const ids = new Set(asked.filter((id) => version.index.by_question.has(id)));
		for (const question_id of ids) touched.push({ response_id, question_id });
		for (const operation_id of work.late.map(seenByLate)) {
			if (operation_id) operations.push({ response_id, operation_id });
		}
		for (const batch of batches) {
			for (const { operation_id, after } of batch.operations) {
				operations.push({ response_id, operation_id });
				if (after) operations.push({ response_id, operation_id: after });
			}
		}
	}
	await loadKnownOperations(tx, dialect, byResponse, operations);
	await loadDevices(tx, dialect, byResponse, groups);
	await loadTouched(tx, dialect, byResponse, touched);
	await loadTimes(tx, dialect, byResponse, groups);
	return writes;
}

async function loadTouched(
	tx: Tx,
	dialect: DatabaseDialect,
	byResponse: ReadonlyMap<number, SessionWrite>,
	touched: readonly Touched[],
): Promise<void> {
	if (touched.length === 0) return;
	const wanted = dialect.rows(TOUCHED, touched);
	const history = await selectNewest<HistoryRow & { response_id: number }>(wanted, NEWEST_COLUMNS).execute(
		tx,
	);
	const drafts = await sql<Parameters<typeof draftOfRow>[0]>`
		select d.response_id, d.question_id, d.value, d.at, d.operation_id
		from ${wanted} as w cross join session_drafts d
		where d.response_id = w.response_id and d.question_id = w.question_id`.execute(tx);

	const adopted = touched.filter(({ response_id }) => byResponse.get(response_id)?.session.adopted_at);
	for (const row of await adoptedRows(tx, dialect, adopted)) {
		const work = byResponse.get(row.response_id);
		const record = work && adoptedAnswer(row, work.session.state.started_at);
		if (work && record) addAnswers(work, { [row.question_id]: record });
	}
	const historyOf = Map.groupBy(history.rows, (row) => row.response_id);
	for (const [response_id, rows] of historyOf) {
		const work = byResponse.get(response_id);
		if (work) addAnswers(work, currentAnswers(rows));
	}
	for (const row of drafts.rows) {
		const work = byResponse.get(row.response_id);
		if (work) addDraft(work, row.question_id, draftOfRow(row));
	}
}

async function adoptedRows(tx: Tx, dialect: DatabaseDialect, touched: readonly Touched[]) {
	if (touched.length === 0) return [];
	const { rows } = await sql<Parameters<typeof adoptedAnswer>[0]>`
		select a.* from ${dialect.rows(TOUCHED, touched)} as w cross join question_answers a
		where a.response_id = w.response_id and a.question_id = w.question_id`.execute(tx);
	return rows;
}

function addAnswers(work: SessionWrite, answers: Record<string, AnswerRecord>): void {
	const { session } = work;
	work.session = {
		...session,
		state: { ...session.state, answers: { ...session.state.answers, ...answers } },
	};
}

function addDraft(work: SessionWrite, question_id: number, draft: DraftRecord): void {
	const { session } = work;
	work.session = {
		...session,
		state: { ...session.state, drafts: { ...session.state.drafts, [question_id]: draft } },
	};
}

const changedIn = new WeakMap<Tx, Set<number>>();

/** The sessions that a transaction has changed, by `response_id`: to be told to others once it is committed. */
export function changesOf(tx: Tx): number[] {
	return [...(changedIn.get(tx) ?? [])];
}

/** Writes everything that the unit of work holds: the history, the standing answers, the drafts and the sessions' rows. */
export async function saveSessions(
	tx: Tx,
	dialect: DatabaseDialect,
	writes: Iterable<SessionWrite>,
): Promise<void> {
	const changed = [...writes].filter((work) => work.changed);
	if (changed.length === 0) return;
	const noted = changedIn.get(tx) ?? new Set();
	for (const work of changed) {
		noted.add(work.session.response_id);
		recordLifecycleOf(tx, work);
	}
	changedIn.set(tx, noted);
	await appendEvents(
		tx,
		dialect,
		changed.flatMap((work) => work.events),
	);
	await saveAppliedLate(tx, changed);
	await writeAnswers(tx, dialect, changed);
	await writeDrafts(tx, dialect, changed);
	await writeSessions(tx, dialect, changed);
	await saveDevices(tx, dialect, changed);
	await writeHolders(tx, dialect, changed);
}

/** Appends rows to the history. */
export async function appendEvents(
	tx: Tx,
	dialect: DatabaseDialect,
	events: readonly NewEvent[],
): Promise<void> {
	if (events.length === 0) return;
	const rows = dialect.rows(
		{
			response_id: "integer",
			revision: "integer",
			operation_id: "text",
			kind: "text",
			question_id: "integer",
			value: "text",
			at: "time",
			client_time: "time",
			received_at: "time",
			outcome: "text",
			fingerprint: "text",
			result: "text",
		},
		events,
	);
	await sql`
		insert into session_events (response_id, revision, operation_id, kind, question_id, value, at, client_time,
			received_at, outcome, fingerprint, result)
		select response_id, revision, operation_id, kind, question_id, value, at, client_time,
			received_at, outcome, fingerprint, result
		from ${rows} as v where true`.execute(tx);
}

async function writeAnswers(tx: Tx, dialect: DatabaseDialect, works: readonly SessionWrite[]): Promise<void> {
	const standing = [];
	const cleared: Touched[] = [];
	for (const { session, touched_questions } of works) {
		const { response_id } = session;
		for (const question_id of touched_questions) {
			const answer = session.state.answers[question_id]?.answer;
			if (answer) standing.push({ response_id, question_id, ...answerColumns(answer) });
			else if (session.state.answers[question_id]) cleared.push({ response_id, question_id });
		}
	}
	if (standing.length > 0) {
		const rows = dialect.rows(
			{ ...TOUCHED, answer_text: "text", answer_value: "real", answer_json: "text" },
			standing,
		);
		await sql`
			insert into question_answers (response_id, question_id, answer_text, answer_value, answer_json)
			select response_id, question_id, answer_text, answer_value, answer_json from ${rows} as v where true
			on conflict (response_id, question_id) do update set
				answer_text = excluded.answer_text, answer_value = excluded.answer_value,
				answer_json = excluded.answer_json`.execute(tx);
	}
	if (cleared.length > 0) {
		await sql`
			delete from question_answers where (response_id, question_id) in
				(select response_id, question_id from ${dialect.rows(TOUCHED, cleared)} as v)`.execute(tx);
	}
}

async function writeDrafts(tx: Tx, dialect: DatabaseDialect, works: readonly SessionWrite[]): Promise<void> {
	const standing = [];
	const settled: Touched[] = [];
	for (const { session, touched_questions } of works) {
		const { response_id } = session;
		for (const question_id of touched_questions) {
			const record = session.state.drafts[question_id];
			if (!record) settled.push({ response_id, question_id });
			else {
				const value = record.draft ? JSON.stringify(record.draft) : null;
				standing.push({ response_id, question_id, value, at: record.at, operation_id: record.operation_id });
			}
		}
	}
	if (standing.length > 0) {
		const rows = dialect.rows({ ...TOUCHED, value: "text", at: "time", operation_id: "text" }, standing);
		await sql`
			insert into session_drafts (response_id, question_id, value, at, operation_id)
			select response_id, question_id, value, at, operation_id from ${rows} as v where true
			on conflict (response_id, question_id) do update set
				value = excluded.value, at = excluded.at, operation_id = excluded.operation_id`.execute(tx);
	}
	if (settled.length > 0) {
		await sql`
			delete from session_drafts where (response_id, question_id) in
				(select response_id, question_id from ${dialect.rows(TOUCHED, settled)} as v)`.execute(tx);
	}
}

/**
 * Status and page are in indexes of the existing table, and SQLite writes a column's index entry anew whether or not its value changes.
 * Most answers change neither.
 */
async function writeResponses(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly SessionWrite[],
): Promise<void> {
	const rows = works.map((work) => {
		const { state, response_id } = work.session;
		const current_page_id = state.place?.page_id ?? null;
		return {
			response_id,
			last_activity: activityToStore(work),
			status: state.status,
			completed_at: work.completed_at,
			current_page_id,
			stays: state.status === work.status_before && current_page_id === work.page_before,
		};
	});
	const active = rows.filter(({ stays }) => stays);
	const moved = rows.filter(({ stays }) => !stays);
	if (active.length > 0) {
		const given = dialect.rows({ response_id: "integer", last_activity: "time" }, active);
		await sql`
			update student_responses set last_activity = v.last_activity
			from ${given} as v where student_responses.id = v.response_id`.execute(tx);
	}
	if (moved.length > 0) {
		const given = dialect.rows(
			{
				response_id: "integer",
				status: "status",
				last_activity: "time",
				completed_at: "time",
				current_page_id: "integer",
			},
			moved,
		);
		await sql`
			update student_responses set status = v.status, last_activity = v.last_activity, completed_at = v.completed_at,
				current_page_id = v.current_page_id
			from ${given} as v where student_responses.id = v.response_id`.execute(tx);
	}
}

async function writeSessions(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly SessionWrite[],
): Promise<void> {
	const rows = works.map((work) => {
		const { session, abandoned_at } = work;
		const { state, response_id } = session;
		return {
			response_id,
			current_question_id: state.place?.question_id ?? null,
			place_at: state.place?.at ?? null,
			place_operation_id: state.place?.operation_id ?? null,
			language: state.language,
			language_chosen_at: state.language_chosen?.at ?? null,
			language_operation_id: state.language_chosen?.operation_id ?? null,
			device_id: session.device?.device_id ?? null,
			device_time: session.device?.client_time ?? null,
			device_at: session.device?.at ?? null,
			revision: state.revision,
			answered: state.answered,
			ever_answered: state.ever_answered,
			abandoned_at,
		};
	});
	await writeResponses(tx, dialect, works);
	await sql`
		update session_details set current_question_id = v.current_question_id, place_at = v.place_at,
			place_operation_id = v.place_operation_id, language = v.language,
			language_chosen_at = v.language_chosen_at, language_operation_id = v.language_operation_id,
			device_id = v.device_id, device_time = v.device_time, device_at = v.device_at,
			revision = v.revision, answered = v.answered, ever_answered = v.ever_answered, abandoned_at = v.abandoned_at
		from ${dialect.rows(
			{
				response_id: "integer",
				current_question_id: "integer",
				place_at: "time",
				place_operation_id: "text",
				language: "text",
				language_chosen_at: "time",
				language_operation_id: "text",
				device_id: "text",
				device_time: "time",
				device_at: "time",
				revision: "integer",
				answered: "integer",
				ever_answered: "integer",
				abandoned_at: "time",
			},
			rows,
		)} as v where session_details.response_id = v.response_id`.execute(tx);
}

async function writeHolders(tx: Tx, dialect: DatabaseDialect, works: readonly SessionWrite[]): Promise<void> {
	const rows = works.flatMap(({ session, events }) => {
		const { holder } = session.state;
		const isNew = events.some(({ kind, outcome }) => kind === "hold" && outcome === "applied");
		return holder && isNew ? [{ response_id: session.response_id, ...holder }] : [];
	});
	if (rows.length === 0) return;
	const given = dialect.rows(
		{ response_id: "integer", device_id: "text", label: "text", since: "time" },
		rows,
	);
	await sql`
		insert into session_holders (response_id, device_id, label, since)
		select response_id, device_id, label, since from ${given} as v where true
		on conflict (response_id) do update set
			device_id = excluded.device_id, label = excluded.label, since = excluded.since`.execute(tx);
}

/** What came late is no activity: a session that took in nothing else keeps the value that it had. */
function activityToStore({ session, activity_before, expiry_base }: SessionWrite): string {
	const { last_activity } = session.state;
	return last_activity === expiry_base ? activity_before : last_activity;
}
