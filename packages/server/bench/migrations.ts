// `npm run bench:migrations`: how long anybody is held up while a live database is migrated, beside the
// statements of the phase 1 document in the same run. Options: --rows, --engine sqlite|postgres, --everything
// (phase 1 and what comes after it, too).
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { type Database, type DatabaseUrl, migrateUp, openDatabase } from "../src/index.ts";
import { ledgerOf } from "../src/migrations/steps/run-context.ts";
import { postgresServer } from "../src/testing/postgres/postgres-server.ts";
import { GUIDE } from "../src/testing/predecessor/schema.ts";

const { values } = parseArgs({
	options: {
		rows: { type: "string", default: "1000000" },
		engine: { type: "string" },
		everything: { type: "boolean", default: false },
	},
});
const rows = Number(values.rows);
const BLOCKING_MS = 4000;

type Stalls = { statements: number; failed: number; longest_ms: number; p99_ms: number };
type Way = { name: string; run: (database: Database) => Promise<void> };

const ways: Way[] = [
	{ name: "CaRhythm, phase 1", run: async (database) => void (await migrateUp(database, { to: 2 })) },
	...(values.everything
		? [{ name: "CaRhythm, everything", run: async (database: Database) => void (await migrateUp(database)) }]
		: []),
	{
		name: "the document's SQL",
		run: async (database) => {
			for (const statement of GUIDE[database.dialect.name]) {
				try {
					await ledgerOf(database)
						.connection()
						.execute(async (connection) => {
							if (database.dialect.name === "postgres") {
								await sql`SET lock_timeout = 0`.execute(connection);
								await sql`SET statement_timeout = 0`.execute(connection);
							}
							await sql.raw(statement).execute(connection);
						});
				} catch (error) {
					console.log(`    fails: ${statement}\n    ${error instanceof Error ? error.message : error}`);
				}
			}
		},
	},
];

const folder = mkdtempSync(join(tmpdir(), "carhythm-bench-"));
try {
	console.log(
		`${rows} rows, a transaction that stays open for ${BLOCKING_MS / 1000} s, two readers and a writer`,
	);
	for (const engine of ["sqlite", "postgres"] as const) {
		if (values.engine === undefined || values.engine === engine) await compare(engine);
	}
} finally {
	rmSync(folder, { recursive: true, force: true });
}

async function compare(engine: "sqlite" | "postgres"): Promise<void> {
	console.log(
		`\n${engine.padEnd(24)}${["took s", "reader ms", "p99", "writer ms", "p99"].map((t) => t.padStart(11)).join("")}`,
	);
	for (const [i, way] of ways.entries()) {
		const url = await fresh(engine, `${engine}_${i}`);
		const database = await openDatabase(url);
		await fill(database);
		const { took, readers, writer } = await underTraffic(url, () => way.run(database));
		const reader = readers.reduce((a, b) => (a.longest_ms > b.longest_ms ? a : b));
		const figures = [took / 1000, reader.longest_ms, reader.p99_ms, writer.longest_ms, writer.p99_ms];
		const failed = writer.failed > 0 ? `   ${writer.failed} of ${writer.statements} writes failed` : "";
		console.log(`${way.name.padEnd(24)}${figures.map((n) => n.toFixed(1).padStart(11)).join("")}${failed}`);
		await database.close();
	}
}

async function fresh(engine: "sqlite" | "postgres", name: string): Promise<DatabaseUrl> {
	if (engine === "sqlite") return { dialect: "sqlite", file: join(folder, `${name}.db`) };
	const { port } = await postgresServer("small");
	const admin = await openDatabase({
		dialect: "postgres",
		url: `postgres://carhythm@127.0.0.1:${port}/postgres`,
	});
	await sql.raw(`DROP DATABASE IF EXISTS bench_${name} WITH (FORCE)`).execute(admin.db);
	await sql.raw(`CREATE DATABASE bench_${name} TEMPLATE template0`).execute(admin.db);
	await admin.close();
	return { dialect: "postgres", url: `postgres://carhythm@127.0.0.1:${port}/bench_${name}` };
}

/** The database as it is before phase 1. */
async function fill(database: Database): Promise<void> {
	await migrateUp(database, { to: 1 });
	const db = ledgerOf(database);
	const series =
		database.dialect.name === "postgres"
			? `generate_series(1, ${rows}) AS n (i)`
			: `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n) AS n`;
	const text = (expression: string) => `CAST(${expression} AS TEXT)`;
	await db.connection().execute(async (connection) => {
		if (database.dialect.name === "postgres") await sql`SET statement_timeout = 0`.execute(connection);
		await sql
			.raw(`INSERT INTO student_responses
				(id, session_id, email, full_name, age_group, country, origin_country, created_at, completed_at)
				SELECT i, 'session-' || ${text("i")}, 'student' || ${text("i")} || '@example.com', 'A Student', '16-18', 'QA', 'QA',
					'2025-03-01 10:00:00', CASE WHEN i % 2 = 0 THEN ${database.dialect.name === "postgres" ? "timestamptz " : ""}'2025-03-02 10:00:00' END
				FROM ${series}`)
			.execute(connection);
	});
	await db.transaction().execute((tx) => database.dialect.afterExplicitIds(tx, "student_responses"));
	if (database.dialect.name === "postgres") await sql`VACUUM ANALYZE student_responses`.execute(db);
	else await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
}

async function underTraffic(
	url: DatabaseUrl,
	work: () => Promise<void>,
): Promise<{ took: number; readers: Stalls[]; writer: Stalls }> {
	const clients = (["reader", "reader", "writer"] as const).map((kind) => startClient(url, kind));
	const blocker = await openDatabase(url);
	await sleep(1000);
	const blocking = blocker.reader.transaction().execute(async (tx) => {
		await tx.selectFrom("student_responses").select("id").limit(1).execute();
		await sleep(BLOCKING_MS);
	});
	await sleep(200);
	const began = performance.now();
	await work();
	const took = performance.now() - began;
	await blocking;
	await blocker.close();
	await sleep(500);
	const [one, two, writer] = await Promise.all(clients.map((client) => client.end()));
	if (!one || !two || !writer) throw new Error("A client is missing.");
	return { took, readers: [one, two], writer };
}

function startClient(url: DatabaseUrl, kind: "reader" | "writer"): { end: () => Promise<Stalls> } {
	const address = url.dialect === "sqlite" ? `sqlite:${url.file}` : url.url;
	const program = fileURLToPath(new URL("./live-client.ts", import.meta.url));
	const child = spawn(process.execPath, [program, address, kind, String(rows)], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	let printed = "";
	child.stdout.on("data", (bytes) => {
		printed += bytes;
	});
	const closed = new Promise<Stalls>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", () => resolve(JSON.parse(printed) as Stalls));
	});
	return {
		end() {
			child.stdin.end();
			return closed;
		},
	};
}
