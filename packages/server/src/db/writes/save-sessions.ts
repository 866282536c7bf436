import { bulkDelete, bulkInsert, bulkUpdate, bulkUpsert } from "../bulk.ts";
import type { DatabaseDialect } from "../dialect.ts";
import type { NewEvent, Tx } from "../schema.ts";
import { lifecycleOf } from "../sessions/lifecycle.ts";
import { TOUCHED, type Touched } from "../sessions/newest-events.ts";
import { answerColumns } from "../sessions/rows.ts";
import { saveDevices } from "./device-order.ts";
import { DEFAULT_BOUNDS, saveSizes } from "./history-bounds.ts";
import { saveAppliedLate } from "./late-events.ts";
import type { SessionWrite } from "./session-write.ts";
import type { WriteContext, WriteEffects } from "./write-context.ts";

/**
 * Writes everything that the unit of work holds: the history, the current answers, the drafts and the
 * sessions' rows.
 */
export async function saveSessions(
	{
		tx,
		dialect,
		bounds = DEFAULT_BOUNDS,
		changed: told,
		lifecycle,
	}: Pick<WriteContext, "tx" | "dialect" | "bounds" | keyof WriteEffects>,
	writes: Iterable<SessionWrite>,
): Promise<void> {
	const changed = [...writes].filter((work) => work.changed);
	if (changed.length === 0) return;
	for (const work of changed) {
		told.add(work.session.response_id);
		lifecycle.push(...lifecycleOf(work));
	}
	await appendEvents(
		tx,
		dialect,
		changed.flatMap((work) => work.events),
	);
	await saveSizes(tx, dialect, changed);
	await saveAppliedLate(tx, changed);
	await writeAnswers(tx, dialect, changed);
	await writeDrafts(tx, dialect, changed);
	await writeSessions(tx, dialect, changed);
	await saveDevices(tx, dialect, changed, bounds.session_devices);
	await writeHolders(tx, dialect, changed);
}

const EVENT_COLUMNS = {
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
} as const;

/** Appends rows to the history. */
export function appendEvents(tx: Tx, dialect: DatabaseDialect, events: readonly NewEvent[]): Promise<void> {
	return bulkInsert(tx, dialect, "session_events", EVENT_COLUMNS, events);
}

const ANSWER_KEY = ["response_id", "question_id"] as const;
const ANSWER_COLUMNS = {
	...TOUCHED,
	answer_text: "text",
	answer_value: "real",
	answer_json: "text",
} as const;

async function writeAnswers(tx: Tx, dialect: DatabaseDialect, works: readonly SessionWrite[]): Promise<void> {
	const current = [];
	const cleared: Touched[] = [];
	for (const { session, touched_questions } of works) {
		const { response_id } = session;
		for (const question_id of touched_questions) {
			const answer = session.state.answers[question_id]?.answer;
			if (answer) current.push({ response_id, question_id, ...answerColumns(answer) });
			else if (session.state.answers[question_id]) cleared.push({ response_id, question_id });
		}
	}
	await bulkUpsert(tx, dialect, "question_answers", ANSWER_KEY, ANSWER_COLUMNS, current);
	await bulkDelete(tx, dialect, "question_answers", TOUCHED, cleared);
}

const DRAFT_COLUMNS = { ...TOUCHED, value: "text", at: "time", operation_id: "text" } as const;

async function writeDrafts(tx: Tx, dialect: DatabaseDialect, works: readonly SessionWrite[]): Promise<void> {
	const current = [];
	const gone: Touched[] = [];
	for (const { session, touched_questions } of works) {
		const { response_id } = session;
		for (const question_id of touched_questions) {
			const record = session.state.drafts[question_id];
			if (!record) gone.push({ response_id, question_id });
			else {
				const value = record.draft ? JSON.stringify(record.draft) : null;
				current.push({ response_id, question_id, value, at: record.at, operation_id: record.operation_id });
			}
		}
	}
	await bulkUpsert(tx, dialect, "session_drafts", ANSWER_KEY, DRAFT_COLUMNS, current);
	await bulkDelete(tx, dialect, "session_drafts", TOUCHED, gone);
}

const ACTIVITY_COLUMNS = { id: "integer", last_activity: "time" } as const;
const RESPONSE_COLUMNS = {
	...ACTIVITY_COLUMNS,
	status: "status",
	completed_at: "time",
	current_page_id: "integer",
} as const;

/**
 * Status and page are in indexes of the existing table, and SQLite writes a column's index entry anew whether
 * or not its value changes. Most answers change neither.
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
			id: response_id,
			last_activity: activityToStore(work),
			status: state.status,
			completed_at: work.completed_at,
			current_page_id,
			stays: state.status === work.status_before && current_page_id === work.page_before,
		};
	});
	const active = rows.filter(({ stays }) => stays);
	const moved = rows.filter(({ stays }) => !stays);
	await bulkUpdate(tx, dialect, "student_responses", "id", ACTIVITY_COLUMNS, active);
	await bulkUpdate(tx, dialect, "student_responses", "id", RESPONSE_COLUMNS, moved);
}

const DETAIL_COLUMNS = {
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
} as const;

async function writeSessions(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly SessionWrite[],
): Promise<void> {
	await writeResponses(tx, dialect, works);
	const rows = works.map(({ session, abandoned_at }) => {
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
	await bulkUpdate(tx, dialect, "session_details", "response_id", DETAIL_COLUMNS, rows);
}

const HOLDER_COLUMNS = { response_id: "integer", device_id: "text", label: "text", since: "time" } as const;

async function writeHolders(tx: Tx, dialect: DatabaseDialect, works: readonly SessionWrite[]): Promise<void> {
	const rows = works.flatMap(({ session, events }) => {
		const { holder } = session.state;
		const isNew = events.some(({ kind, outcome }) => kind === "hold" && outcome === "applied");
		return holder && isNew ? [{ response_id: session.response_id, ...holder }] : [];
	});
	await bulkUpsert(tx, dialect, "session_holders", ["response_id"], HOLDER_COLUMNS, rows);
}

/** What came late is no activity: a session that took in nothing else keeps the value that it had. */
function activityToStore({ session, activity_before, expiry_base }: SessionWrite): string {
	const { last_activity } = session.state;
	return last_activity === expiry_base ? activity_before : last_activity;
}
