import { randomUUID } from "node:crypto";
import SqliteFile from "better-sqlite3";
import { Client } from "pg";
import type { DatabaseUrl } from "../src/index.ts";

/** How a database is filled: classes of students who sit at the same time, one class after the other. */
export type Filling = { answers: number; per_session: number; per_class: number };

/** Sessions in one statement: few enough that a transaction stays small, and a multiple of every class. */
const CLASSES_AT_ONCE = 100;

const QUESTIONS = "SELECT id FROM questions WHERE question_type = 'slider' ORDER BY id";
const AT = "2026-01-01T00:00:00.000Z";

/** What differs between the two databases where rows are made in SQL. */
const WORDS = {
	sqlite: {
		series: (from: number, to: number) =>
			`(WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n)`,
		at: `'${AT}'`,
		id: "random_id()",
	},
	postgres: {
		series: (from: number, to: number) => `(SELECT generate_series(${from}, ${to}) AS i)`,
		at: `timestamptz '${AT}'`,
		id: "gen_random_uuid()::text",
	},
} as const;

/**
 * Puts sessions with answers and their history into a database that has nothing but its content, as the
 * server would have stored them one by one: ids are random, and the rows of a class lie among each other in
 * the order of time.
 * @returns how many sessions there are; their rows are numbered from 1
 */
export async function storeAnswers(url: DatabaseUrl, filling: Filling): Promise<number> {
	const sessions = Math.ceil(filling.answers / filling.per_session);
	const run = url.dialect === "sqlite" ? sqliteRunner(url.file) : await postgresRunner(url.url);
	try {
		const questions = (await run.ids(QUESTIONS)).slice(0, filling.per_session);
		if (questions.length < filling.per_session) throw new Error("There are fewer questions than answers.");
		const step = CLASSES_AT_ONCE * filling.per_class;
		for (let from = 1; from <= sessions; from += step) {
			const to = Math.min(sessions, from + step - 1);
			await run.together(statements(WORDS[url.dialect], { from, to, questions, filling }));
		}
		await run.settle();
	} finally {
		await run.close();
	}
	return sessions;
}

type Range = { from: number; to: number; questions: readonly number[]; filling: Filling };

function statements(
	{ series, at, id }: (typeof WORDS)["sqlite" | "postgres"],
	{ from, to, questions, filling: { per_class } }: Range,
): string[] {
	const n = questions.length;
	const first = from - 1;
	// Question after question within a class, and within a question student after student.
	const rows = `(SELECT i, ${first} + (i / ${n * per_class}) * ${per_class} + i % ${per_class} + 1 AS response_id,
		(i / ${per_class}) % ${n} AS turn FROM ${series(0, Math.ceil((to - first) / per_class) * per_class * n - 1)} AS s)`;
	const given = `WITH asked (turn, question_id) AS (VALUES ${questions.map((question, turn) => `(${turn}, ${question})`).join(", ")})`;
	const all = `FROM ${rows} AS r CROSS JOIN asked WHERE asked.turn = r.turn AND r.response_id <= ${to} ORDER BY r.i`;
	return [
		`INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country, created_at, last_activity, status, current_page_id)
			SELECT i, ${id}, 'temp@temp.com', 'In Progress', 'temp', 'temp', 'temp', ${at}, ${at}, 'active', (SELECT min(id) FROM pages)
			FROM ${series(from, to)} AS s`,
		`INSERT INTO session_details (response_id, display_id, assessment_version_id, language, revision, answered, ever_answered,
				current_question_id, place_at, place_operation_id)
			SELECT i, ${id}, (SELECT min(id) FROM assessment_versions), 'en', ${n}, ${n}, ${n}, ${questions.at(-1)}, ${at}, ${id}
			FROM ${series(from, to)} AS s`,
		`${given} INSERT INTO session_events (response_id, revision, operation_id, kind, question_id, value, at, client_time, received_at,
				outcome, fingerprint, result)
			SELECT r.response_id, r.turn + 1, ${id}, 'answer', asked.question_id, '{"type":"slider","value":3}', ${at}, ${at}, ${at}, 'applied',
				'kept-for-the-benchmark', '{"result":{"status":"applied","operation_id":"00000000-0000-4000-8000-000000000000","revision":2,"xp_gained":10,"badges_unlocked":[]},"counts":{"answered":1,"ever_answered":1}}'
			${all}`,
		`${given} INSERT INTO question_answers (response_id, question_id, answer_value) SELECT r.response_id, asked.question_id, 3 ${all}`,
	];
}

type Runner = {
	ids(text: string): Promise<number[]>;
	/** In one transaction. */
	together(texts: readonly string[]): Promise<void>;
	settle(): Promise<void>;
	close(): Promise<void>;
};

/** A connection of its own, without the server's safety: what is lost here is only a benchmark. */
function sqliteRunner(file: string): Runner {
	const database = new SqliteFile(file);
	for (const pragma of ["synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"]) database.pragma(pragma);
	database.function("random_id", { deterministic: false }, () => randomUUID());
	return {
		ids: async (text) =>
			database
				.prepare<[], { id: number }>(text)
				.all()
				.map(({ id }) => id),
		together: async (texts) =>
			database.transaction(() => {
				for (const text of texts) database.exec(text);
			})(),
		settle: async () => void database.pragma("wal_checkpoint(TRUNCATE)"),
		close: async () => void database.close(),
	};
}

async function postgresRunner(url: string): Promise<Runner> {
	const client = new Client(url);
	await client.connect();
	await client.query(
		"SET statement_timeout = 0; SET synchronous_commit = off; SET session_replication_role = replica",
	);
	return {
		ids: async (text) => (await client.query<{ id: number }>(text)).rows.map(({ id }) => Number(id)),
		together: async (texts) => void (await client.query(["BEGIN", ...texts, "COMMIT"].join(";\n"))),
		async settle() {
			for (const table of ["student_responses", "session_events", "question_answers"]) {
				await client.query(
					`SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`,
				);
			}
			await client.query("VACUUM ANALYZE");
			await client.query("CHECKPOINT");
		},
		close: () => client.end(),
	};
}
