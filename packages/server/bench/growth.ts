// `npm run bench:growth`: what one more answer costs when a thousand are stored, and when ten million are. Options: --answers 1000,1000000
// (each size is a database of its own), --engine sqlite|postgres.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type OperationId, type SessionId, toInstant } from "@carhythm/core";
import { sql } from "kysely";
import { createAssessmentStore } from "../src/db/assessments.ts";
import type { Database } from "../src/db/dialect.ts";
import { openDatabase } from "../src/db/open.ts";
import { createSessionStore } from "../src/db/sessions.ts";
import { makeReady } from "../src/make-ready.ts";
import { ledgerOf } from "../src/migrations/run.ts";
import { aPostgresDatabase } from "../src/testing/a-postgres.ts";

const { values } = parseArgs({
	options: {
		answers: { type: "string", default: "1000,100000,1000000" },
		engine: { type: "string", default: "sqlite" },
	},
});
const sizes = values.answers.split(",").map(Number);
const PER_SESSION = 50;
const GROUP = 64;
const ROUNDS = 60;

const folder = mkdtempSync(join(tmpdir(), "carhythm-growth-"));
try {
	console.log(
		`${values.engine}: answers to sessions chosen at random, ${GROUP} at once, median of ${ROUNDS} groups`,
	);
	console.log(
		`${"stored".padStart(12)}${"ms a group".padStart(14)}${"µs an answer".padStart(14)}${"ratio".padStart(8)}`,
	);
	let first: number | null = null;
	for (const size of sizes) {
		const cost = await costAt(size);
		first ??= cost;
		const figures = [cost.toFixed(2).padStart(14), ((1000 * cost) / GROUP).toFixed(0).padStart(14)];
		console.log(`${String(size).padStart(12)}${figures.join("")}${(cost / first).toFixed(2).padStart(8)}`);
	}
} finally {
	rmSync(folder, { recursive: true, force: true });
}

async function costAt(size: number): Promise<number> {
	await using place = await aPlace(size);
	const database = await openDatabase(place.url);
	try {
		await makeReady(database, { migrate_on_start: true }, () => {});
		const sessions = Math.max(GROUP, Math.ceil(size / PER_SESSION));
		await fill(database, sessions, size);
		return await measure(database, sessions);
	} finally {
		await database.close();
	}
}

async function aPlace(size: number) {
	if (values.engine === "postgres") return aPostgresDatabase();
	const file = join(folder, `${size}.db`);
	return {
		url: { dialect: "sqlite", file } as const,
		async [Symbol.asyncDispose]() {
			for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
		},
	};
}

/** Sessions with answers and their history, as the server would have stored them one by one. */
async function fill(database: Database, sessions: number, size: number): Promise<void> {
	const db = ledgerOf(database);
	const isPostgres = database.dialect.name === "postgres";
	const series = (n: number) =>
		isPostgres
			? `generate_series(1, ${n}) AS n (i)`
			: `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n}) SELECT i FROM n) AS n`;
	const text = (expression: string) => `CAST(${expression} AS TEXT)`;
	const sessionId = isPostgres
		? "('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))"
		: "('00000000-0000-4000-8000-' || printf('%012d', i))";
	const at = `${isPostgres ? "timestamptz " : ""}'${toInstant(Date.now())}'`;
	const questions = await db
		.selectFrom("questions")
		.select("id")
		.where("question_type", "=", "slider")
		.orderBy("id")
		.execute();
	const ids = questions.slice(0, PER_SESSION).map(({ id }) => id);
	const statements = [
		`INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country, created_at, last_activity)
			SELECT i, ${sessionId}, 'temp@temp.com', 'In Progress', 'temp', 'temp', 'temp', ${at}, ${at} FROM ${series(sessions)}`,
		`INSERT INTO session_details (response_id, display_id, assessment_version_id, language, revision, answered, ever_answered)
			SELECT i, 'display-' || ${text("i")}, (SELECT min(id) FROM assessment_versions), 'en', ${PER_SESSION + 1}, ${PER_SESSION}, ${PER_SESSION}
			FROM ${series(sessions)}`,
		...ids.slice(0, Math.max(1, Math.ceil(size / sessions))).flatMap((question_id, n) => [
			`INSERT INTO session_events (response_id, revision, operation_id, kind, question_id, value, at, client_time, received_at, outcome, fingerprint, result)
				SELECT i, ${n + 2}, ${isPostgres ? "gen_random_uuid()::text" : "lower(hex(randomblob(16)))"}, 'answer', ${question_id},
					'{"type":"slider","value":3}', ${at}, ${at}, ${at}, 'applied', 'filled-for-measuring-growth-0000000000000000000000000000000000000', '{"status":"applied","revision":${n + 2}}'
				FROM ${series(sessions)}`,
			`INSERT INTO question_answers (response_id, question_id, answer_value) SELECT i, ${question_id}, 3 FROM ${series(sessions)}`,
		]),
	];
	await db.connection().execute(async (connection) => {
		if (isPostgres) await sql`SET statement_timeout = 0`.execute(connection);
		for (const statement of statements) await sql.raw(statement).execute(connection);
	});
	for (const table of ["student_responses", "session_events", "question_answers"]) {
		await db.transaction().execute((tx) => database.dialect.afterExplicitIds(tx, table));
	}
	await (isPostgres ? sql`VACUUM ANALYZE` : sql`PRAGMA wal_checkpoint(TRUNCATE)`).execute(db);
}

async function measure(database: Database, sessions: number): Promise<number> {
	const assessments = createAssessmentStore(database);
	const now = () => toInstant(Date.now());
	const store = createSessionStore(database, { assessments, now, randomBytes, expiry_days: 30 });
	const version = await assessments.latestDefault();
	const sliders = version?.index.places.filter(({ question }) => question.type === "slider") ?? [];
	const took: number[] = [];
	for (let round = 0; round < ROUNDS; round += 1) {
		const began = performance.now();
		const outcomes = await Promise.all(
			Array.from({ length: GROUP }, () => {
				const n = 1 + Math.floor(Math.random() * sessions);
				const place = sliders[Math.floor(Math.random() * Math.min(sliders.length, PER_SESSION))];
				return store.operate({
					session_id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` as SessionId,
					device_id: null,
					sent_at: null,
					mode: "submit",
					operations: [
						{
							operation_id: randomUUID() as OperationId,
							client_time: null,
							command: {
								kind: "answer",
								question_id: place?.question.id ?? 0,
								answer: { type: "slider", value: 1 + Math.floor(Math.random() * 5) },
							},
						},
					],
				});
			}),
		);
		took.push(performance.now() - began);
		const refused = outcomes.find((outcome) => !outcome.ok);
		if (refused && !refused.ok) throw new Error(refused.refusal.detail);
	}
	// The first groups prepare the statements.
	const settled = took.slice(10).sort((a, b) => a - b);
	return settled[Math.floor(settled.length / 2)] ?? 0;
}
