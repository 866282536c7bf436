import { randomBytes } from "node:crypto";
import {
	type Answer,
	type AnswerRecord,
	type Instant,
	laterOf,
	mintOperationId,
	toInstant,
	toMillis,
} from "@carhythm/core";
import { sql } from "kysely";
import type { NewEvent } from "../../db/schema.ts";
import {
	ADOPTED,
	answerColumns,
	answerOfRow,
	currentAnswers,
	type HistoryRow,
} from "../../db/sessions/rows.ts";
import { appendEvents } from "../../db/writes/save-sessions.ts";
import type { BatchesStep, StepContext, Tx } from "../migration.ts";
import { indexOf } from "./details.ts";

type DetailsRow = {
	response_id: number;
	revision: number;
	assessment_version_id: number;
	answered: number;
	ever_answered: number;
	abandoned_at: Instant | null;
	abandoned_since: Instant | null;
	started_at: Instant;
	is_adopted: number;
};
type AnswerRow = Parameters<typeof answerOfRow>[0] & { response_id: number; question_id: number };
type EventRow = HistoryRow & { response_id: number; fingerprint: string };

/**
 * What stands in the existing table wins over the history: the previous program went on with it, or an older
 * answer was found beside the one that stands. Each difference becomes an event, so that the history ends
 * with what stands.
 */
async function reconcileRange(
	tx: Tx,
	range: { from: number; to: number },
	context: StepContext,
): Promise<number> {
	const sessions = await sessionsIn(tx, range);
	if (sessions.length === 0) return 0;
	const answers = Map.groupBy(await answersOf(tx, context, sessions), ({ response_id }) => response_id);
	const history = Map.groupBy(await historyOf(tx, context, sessions), ({ response_id }) => response_id);
	const asked = await questionsAsked(tx, sessions);
	const now = await nowOf(tx, context);
	const events: NewEvent[] = [];
	const changed: Counts[] = [];
	for (const session of sessions) {
		const rows = answers.get(session.response_id) ?? [];
		const past = history.get(session.response_id) ?? [];
		const more = differences(session, rows, past, now);
		events.push(...more);
		const counts = recount(
			session,
			{ rows, past, more },
			asked.get(session.assessment_version_id) ?? new Set(),
		);
		if (counts) changed.push(counts);
	}
	await appendEvents(tx, context.dialect, events);
	if (changed.length > 0) await writeCounts(tx, context, changed);
	return changed.length;
}

type Counts = Pick<DetailsRow, "response_id" | "revision" | "answered" | "ever_answered" | "abandoned_at">;

/** What the session's details have to say; null when they do. */
function recount(
	session: DetailsRow,
	{ rows, past, more }: { rows: readonly AnswerRow[]; past: readonly EventRow[]; more: readonly NewEvent[] },
	asked: ReadonlySet<number>,
): Counts | null {
	const counted = (question_id: number | null) => question_id !== null && asked.has(question_id);
	const given = rows.filter((row) => counted(row.question_id) && answerOfRow(row) !== null);
	const once = past.filter(({ kind, question_id }) => kind === "answer" && counted(question_id));
	const ever = new Set([...given, ...once].map(({ question_id }) => question_id)).size;
	const counts = {
		response_id: session.response_id,
		revision: session.revision + more.length,
		answered: given.length,
		ever_answered: Math.max(session.ever_answered, ever),
		abandoned_at: session.abandoned_since && (session.abandoned_at ?? session.abandoned_since),
	};
	const isSame =
		more.length === 0 &&
		counts.answered === session.answered &&
		counts.ever_answered === session.ever_answered &&
		counts.abandoned_at === session.abandoned_at;
	return isSame ? null : counts;
}

async function nowOf(tx: Tx, { dialect }: StepContext): Promise<Instant> {
	const { rows } = await sql<{ now: Instant }>`SELECT ${sql.raw(dialect.now)} AS now`.execute(tx);
	if (!rows[0]) throw new Error("The database does not tell the time.");
	return rows[0].now;
}

/** The questions of each version that any of the sessions has. */
async function questionsAsked(
	tx: Tx,
	sessions: readonly DetailsRow[],
): Promise<Map<number, ReadonlySet<number>>> {
	const asked = new Map<number, ReadonlySet<number>>();
	for (const version_id of new Set(sessions.map(({ assessment_version_id }) => assessment_version_id))) {
		asked.set(version_id, new Set((await indexOf(tx, version_id)).by_question.keys()));
	}
	return asked;
}

/** The sessions that have a history, or whose details may no longer be true. */
async function sessionsIn(tx: Tx, { from, to }: { from: number; to: number }): Promise<DetailsRow[]> {
	const { rows } = await sql<DetailsRow>`
		SELECT * FROM (
			SELECT d.response_id, d.revision, d.assessment_version_id, d.answered, d.ever_answered, d.abandoned_at,
				CASE WHEN CAST(r.status AS TEXT) = 'user_abandoned_not_completed' THEN r.last_activity END AS abandoned_since,
				r.created_at AS started_at, CASE WHEN d.adopted_at IS NULL THEN 0 ELSE 1 END AS is_adopted
			FROM session_details d JOIN student_responses r ON r.id = d.response_id
			WHERE d.response_id > ${from} AND d.response_id <= ${to}) AS s
		WHERE EXISTS (SELECT 1 FROM session_events e WHERE e.response_id = s.response_id)
			OR s.answered <> (SELECT count(*) FROM question_answers a WHERE a.response_id = s.response_id)
			OR (s.abandoned_at IS NULL) <> (s.abandoned_since IS NULL)`.execute(tx);
	return rows;
}

async function answersOf(
	tx: Tx,
	{ dialect }: StepContext,
	sessions: readonly DetailsRow[],
): Promise<AnswerRow[]> {
	const { rows } = await sql<AnswerRow>`
		SELECT a.response_id, a.question_id, a.answer_text, a.answer_value, a.answer_json
		FROM ${dialect.rows({ response_id: "integer" }, sessions)} AS v CROSS JOIN question_answers a
		WHERE a.response_id = v.response_id ORDER BY a.id`.execute(tx);
	return rows;
}

async function historyOf(
	tx: Tx,
	{ dialect }: StepContext,
	sessions: readonly DetailsRow[],
): Promise<EventRow[]> {
	const { rows } = await sql<EventRow>`
		SELECT e.response_id, e.question_id, e.operation_id, e.kind, e.value, e.at, e.revision, e.fingerprint
		FROM ${dialect.rows({ response_id: "integer" }, sessions)} AS v CROSS JOIN session_events e
		WHERE e.response_id = v.response_id AND e.kind IN ('answer', 'clear') AND e.outcome <> 'late'`.execute(
		tx,
	);
	return rows;
}

function differences(
	session: DetailsRow,
	rows: readonly AnswerRow[],
	past: readonly EventRow[],
	now: Instant,
): NewEvent[] {
	const standing = currentAnswers(past);
	const adopted = new Set(past.filter((row) => row.fingerprint === ADOPTED).map((row) => row.operation_id));
	const given = new Map(rows.map((row) => [row.question_id, answerOfRow(row)]));
	// Adopted answers without a history stand by their row alone.
	const questions =
		session.is_adopted === 1
			? Object.keys(standing).map(Number)
			: [...given.keys(), ...Object.keys(standing).map(Number)];
	const events: NewEvent[] = [];
	for (const question_id of new Set(questions)) {
		const record = standing[question_id];
		const answer = given.get(question_id) ?? null;
		if (sameColumns(answer, record?.answer ?? null)) continue;
		const revision = session.revision + events.length + 1;
		const at = timeOf(record, adopted, session.started_at, now);
		events.push(
			eventOf({ response_id: session.response_id, question_id, revision, at, received_at: now }, answer),
		);
	}
	return events;
}

/** The rows do not hold whether an order was accepted as shown, so it does not count here. */
function sameColumns(a: Answer | null, b: Answer | null): boolean {
	if (a === null || b === null) return a === b;
	return JSON.stringify(answerColumns(a)) === JSON.stringify(answerColumns(b));
}

/**
 * After all that the history knows: now, or for what was found at the first adoption, just after the older
 * answers.
 */
function timeOf(
	record: AnswerRecord | undefined,
	adopted: ReadonlySet<string>,
	started_at: Instant,
	now: Instant,
): Instant {
	if (!record) return now;
	const next = toInstant(toMillis(record.at) + 1);
	return adopted.has(record.operation_id) && record.at === started_at ? next : laterOf(next, now);
}

function eventOf(
	place: Pick<NewEvent, "response_id" | "question_id" | "revision" | "at" | "received_at">,
	answer: Answer | null,
): NewEvent {
	return {
		...place,
		operation_id: mintOperationId((bytes) => randomBytes(bytes)),
		kind: answer ? "answer" : "clear",
		value: answer && JSON.stringify(answer),
		client_time: null,
		outcome: "applied",
		fingerprint: ADOPTED,
		result: "{}",
	};
}

async function writeCounts(tx: Tx, { dialect }: StepContext, counts: readonly Counts[]): Promise<void> {
	const rows = dialect.rows(
		{
			response_id: "integer",
			revision: "integer",
			answered: "integer",
			ever_answered: "integer",
			abandoned_at: "time",
		},
		counts,
	);
	await sql`
		UPDATE session_details SET revision = v.revision, answered = v.answered, ever_answered = v.ever_answered,
			abandoned_at = v.abandoned_at
		FROM ${rows} AS v WHERE session_details.response_id = v.response_id`.execute(tx);
}

export const reconciled: BatchesStep = {
	id: "history_of_answers",
	mode: "batches",
	about: "lets the history of every answer end with the one that stands, and the counts agree",
	probe: "ledger",
	locks: [],
	batches: {
		table: "session_details",
		key: "response_id",
		size: 2000,
		version: 1,
		run: reconcileRange,
		sql: { sqlite: [], postgres: [] },
	},
};
