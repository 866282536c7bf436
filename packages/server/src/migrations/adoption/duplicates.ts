import { createHash } from "node:crypto";
import type { Answer, Instant } from "@carhythm/core";
import { sql } from "kysely";
import { quoteName } from "../../db/quote-name.ts";
import { ADOPTED, answerOfRow } from "../../db/sessions/rows.ts";
import { appendEvents } from "../../db/writes/save-sessions.ts";
import type { StepContext, Task, Tx, WholeStep } from "../migration.ts";
import { dropKept } from "../steps/undo-tables.ts";
import {
	catalogueOf,
	countOriginals,
	createOriginalsTable,
	hasTable,
	originalsTable,
} from "./original-values.ts";

const ORIGINAL_ANSWERS = originalsTable("question_answers");

type DoubledAnswer = {
	id: number;
	response_id: number;
	question_id: number;
	answer_text: string | null;
	answer_value: number | null;
	answer_json: string | null;
	started_at: Instant;
	revision: number;
};

/** Rows whose response has a newer answer to the same question. */
const OLDER = `SELECT a.id FROM question_answers a
	JOIN (SELECT response_id, question_id, max(id) AS newest FROM question_answers
		GROUP BY response_id, question_id HAVING count(*) > 1) n
		ON n.response_id = a.response_id AND n.question_id = a.question_id AND a.id < n.newest`;

/**
 * An id for the write that made a row of another program: the same row always gets the same, so that adopting
 * again after an undo enters nothing twice. A row that says something else by then is another write.
 */
function adoptedOperation(row: Omit<DoubledAnswer, "started_at" | "revision">): string {
	const { id, response_id, question_id, answer_text, answer_value, answer_json } = row;
	const content = JSON.stringify([id, response_id, question_id, answer_text, answer_value, answer_json]);
	const hex = createHash("sha256").update(content).digest("hex");
	// Laid out as a UUID of version 8, which is for ids made by a rule of one's own.
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const AT_ONCE = 1000;

const moveOlder: Task = {
	name: "move_older_answers",
	version: 1,
	async run(tx, context) {
		const { report } = context;
		const { rows: ids } = await sql.raw<{ id: number }>(`${OLDER} ORDER BY a.id`).execute(tx);
		if (ids.length === 0) return;
		await createOriginalAnswers(tx, context);
		for (let i = 0; i < ids.length; i += AT_ONCE) {
			await moveRows(tx, context, ids.slice(i, i + AT_ONCE));
		}
		await countOriginals(tx, ORIGINAL_ANSWERS, ids.length);
		report(
			`duplicate_answers: ${ids.length} answers that a later one to the same question replaced are in the history now`,
		);
	},
};

/** With every column that the table has, of the same type, so that unknown columns come back too. */
async function createOriginalAnswers(tx: Tx, { dialect }: StepContext): Promise<void> {
	if (await hasTable(tx, dialect, ORIGINAL_ANSWERS)) return;
	const columns = [...((await catalogueOf(tx, dialect)).get("question_answers")?.columns.keys() ?? [])];
	if (dialect.name === "sqlite") {
		// Without types nothing is converted: SQLite keeps each value as it is.
		const lines = columns.map((name) =>
			name === "id" ? "id INTEGER NOT NULL PRIMARY KEY" : quoteName(name),
		);
		await createOriginalsTable(tx, dialect, ORIGINAL_ANSWERS, lines.join(", "));
		return;
	}
	const others = columns.filter((name) => name !== "id").map((name) => sql`, ${sql.id(name)}`);
	const like = sql`SELECT CAST(id AS INTEGER) AS id${sql.join(others, sql``)} FROM question_answers WHERE false`;
	await createOriginalsTable(tx, dialect, ORIGINAL_ANSWERS, like);
	await sql`ALTER TABLE ${sql.id(ORIGINAL_ANSWERS)} ADD PRIMARY KEY (id)`.execute(tx);
}

async function moveRows(tx: Tx, { dialect }: StepContext, ids: readonly { id: number }[]): Promise<void> {
	const wanted = sql`SELECT id FROM ${dialect.rows({ id: "integer" }, ids)} AS v`;
	const { rows } = await sql<DoubledAnswer>`
		SELECT a.id, a.response_id, a.question_id, a.answer_text, a.answer_value, a.answer_json,
			r.created_at AS started_at,
			coalesce((SELECT max(e.revision) FROM session_events e WHERE e.response_id = r.id), 0) AS revision
		FROM question_answers a JOIN student_responses r ON r.id = a.response_id
		WHERE a.id IN (${wanted}) ORDER BY a.id`.execute(tx);
	await enterHistory(tx, dialect, rows);
	const columns = [...((await catalogueOf(tx, dialect)).get(ORIGINAL_ANSWERS)?.columns.keys() ?? [])];
	const names = sql.join(columns.map((name) => sql.id(name)));
	await sql`
		INSERT INTO ${sql.table(ORIGINAL_ANSWERS)} (${names})
		SELECT ${names} FROM question_answers WHERE id IN (${wanted})`.execute(tx);
	await sql`DELETE FROM question_answers WHERE id IN (${wanted})`.execute(tx);
}

/**
 * The older answers count as given when the session began: no better time is known, and everything else came
 * later.
 */
async function enterHistory(
	tx: Tx,
	dialect: StepContext["dialect"],
	rows: readonly DoubledAnswer[],
): Promise<void> {
	const known = await knownOperations(tx, dialect, rows);
	const revisions = new Map<number, number>();
	const events = rows.flatMap((row) => {
		const answer: Answer | null = answerOfRow(row);
		const operation_id = adoptedOperation(row);
		if (!answer || known.has(operation_id)) return [];
		const revision = (revisions.get(row.response_id) ?? Number(row.revision)) + 1;
		revisions.set(row.response_id, revision);
		return [adoptedEvent({ ...row, revision, operation_id }, answer)];
	});
	await appendEvents(tx, dialect, events);
}

function adoptedEvent(
	row: Pick<DoubledAnswer, "response_id" | "question_id" | "started_at" | "revision"> & {
		operation_id: string;
	},
	answer: Answer,
) {
	return {
		response_id: row.response_id,
		revision: row.revision,
		operation_id: row.operation_id as Parameters<typeof appendEvents>[2][number]["operation_id"],
		kind: "answer",
		question_id: row.question_id,
		value: JSON.stringify(answer),
		at: row.started_at,
		client_time: null,
		received_at: row.started_at,
		outcome: "superseded" as const,
		fingerprint: ADOPTED,
		result: "{}",
	};
}

async function knownOperations(
	tx: Tx,
	dialect: StepContext["dialect"],
	rows: readonly DoubledAnswer[],
): Promise<Set<string>> {
	const operations = rows.map((row) => ({
		response_id: row.response_id,
		operation_id: adoptedOperation(row),
	}));
	const found = await sql<{ operation_id: string }>`
		SELECT e.operation_id FROM session_events e
		JOIN ${dialect.rows({ response_id: "integer", operation_id: "text" }, operations)} AS v
			ON v.response_id = e.response_id AND v.operation_id = e.operation_id`.execute(tx);
	return new Set(found.rows.map(({ operation_id }) => operation_id));
}

/**
 * The older answers come back beside the one that stands, as they were found. Where the student cleared the
 * answer since, or the row's number is taken, coming back would make an old answer the newest: those stay
 * kept.
 */
const bringOlderBack: Task = {
	name: "bring_older_answers_back",
	version: 1,
	async run(tx, { dialect, report }) {
		if (!(await hasTable(tx, dialect, ORIGINAL_ANSWERS))) return;
		const catalogue = await catalogueOf(tx, dialect);
		const there = catalogue.get("question_answers")?.columns;
		const columns = [...(catalogue.get(ORIGINAL_ANSWERS)?.columns.keys() ?? [])].filter((name) =>
			there?.has(name),
		);
		const names = columns.map(quoteName).join(", ");
		const listed = columns.map((name) => `u.${quoteName(name)}`).join(", ");
		const back = await sql
			.raw(
				`INSERT INTO question_answers (${names}) SELECT ${listed} FROM ${ORIGINAL_ANSWERS} u
				JOIN (SELECT response_id, question_id, max(id) AS newest FROM question_answers GROUP BY 1, 2) n
					ON n.response_id = u.response_id AND n.question_id = u.question_id AND n.newest > u.id
				WHERE NOT EXISTS (SELECT 1 FROM question_answers a WHERE a.id = u.id)`,
			)
			.execute(tx);
		const { rows } = await sql<{
			n: number;
		}>`SELECT count(*) AS n FROM ${sql.table(ORIGINAL_ANSWERS)}`.execute(tx);
		const kept = Number(rows[0]?.n ?? 0) - Number(back.numAffectedRows ?? 0);
		report(
			`duplicate_answers: ${Number(back.numAffectedRows ?? 0)} are back${kept > 0 ? `; ${kept} stay in the history, for their answer was cleared since` : ""}`,
		);
		await dropKept(tx, ORIGINAL_ANSWERS);
	},
};

export const duplicates: WholeStep = {
	id: "duplicate_answers",
	mode: "whole",
	about: "moves answers that a later answer to the same question replaced into the history",
	probe: {
		async rows(db, _means, catalogue) {
			if (catalogue.get("question_answers")?.indexes.get("idx_question_answers_question")?.valid)
				return "done";
			const { rows } = await sql.raw(`SELECT 1 FROM (${OLDER} LIMIT 1) AS o`).execute(db);
			return rows.length > 0 ? "todo" : "ledger";
		},
	},
	locks: [{ table: "question_answers", mode: "RowExclusiveLock" }],
	changes: { moved_rows: { question_answers: ORIGINAL_ANSWERS } },
	actions: { sqlite: [moveOlder], postgres: [moveOlder] },
	undo: { sqlite: [bringOlderBack], postgres: [bringOlderBack] },
};
