import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/dialect.ts";
import { openDatabase } from "../db/open.ts";
import { beforePhase1 } from "../testing/migrations/before-phase-1.ts";
import { aDatabaseOn } from "../testing/stores/an-engine.ts";
import type { IndexStep, LockMode, Step } from "./migration.ts";
import { migrateUp, stepContextOf, stepsOf } from "./runner.ts";
import { indexSql } from "./steps/apply-index.ts";
import { ledgerOf, type OnProgress } from "./steps/run-context.ts";
import { readSystemCatalogue } from "./system-catalogue/read-catalogue.ts";

/** From the weakest to the strongest. */
const STRENGTH: readonly string[] = [
	"AccessShareLock",
	"RowShareLock",
	"RowExclusiveLock",
	"ShareUpdateExclusiveLock",
	"ShareLock",
	"ShareRowExclusiveLock",
	"ExclusiveLock",
	"AccessExclusiveLock",
] satisfies readonly (LockMode | string)[];

/** The strongest lock that the others hold on each table which was there before; what only reads is left out. */
async function locksOn(watcher: Database, tables: ReadonlySet<string>): Promise<Record<string, string>> {
	const { rows } = await sql<{ table: string; mode: string }>`
		SELECT c.relname AS "table", l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
		WHERE l.granted AND l.pid <> pg_backend_pid() AND c.relkind = 'r'
			AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(watcher.db);
	const strongest: Record<string, string> = {};
	for (const { table, mode } of rows) {
		if (!tables.has(table) || STRENGTH.indexOf(mode) < 2) continue;
		if (STRENGTH.indexOf(mode) > STRENGTH.indexOf(strongest[table] ?? "")) strongest[table] = mode;
	}
	return strongest;
}

function declared(step: Step, tables: ReadonlySet<string>): Record<string, string> {
	return Object.fromEntries(
		step.locks.filter(({ table }) => tables.has(table)).map(({ table, mode }) => [table, mode]),
	);
}

const BOOKKEEPING = /^migration_/;

async function tablesOf(database: Database): Promise<Set<string>> {
	const catalogue = await readSystemCatalogue(ledgerOf(database), "postgres");
	return new Set([...catalogue.keys()].filter((name) => !BOOKKEEPING.test(name)));
}

/** Tables and where their rows lie: another place means that the table was written anew. */
async function places(database: Database): Promise<Record<string, number>> {
	const { rows } = await sql<{ name: string; place: number }>`
		SELECT relname AS name, pg_relation_filenode(oid)::bigint AS place FROM pg_class
		WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`.execute(database.db);
	return Object.fromEntries(rows.map(({ name, place }) => [name, place]));
}

test("each step takes the locks that the plan tells, and writes no table anew", async () => {
	await using place = await aDatabaseOn("postgres");
	const database = await beforePhase1(place, { many: 100 });
	const watcher = await openDatabase(place.url);
	const steps = stepsOf(database);
	const stepNamed = (migration: number, id: string) =>
		steps.find((one) => one.migration.number === migration && one.step.id === id)?.step;
	const before = await places(database);
	// What this program makes itself, nobody uses yet.
	const tables = await tablesOf(database);
	const seen = new Set<string>();
	const onProgress: OnProgress = async ({ migration, step: id, at }) => {
		const step = stepNamed(migration, id);
		if (typeof at === "object" && "action" in at && step?.mode === "whole") {
			const held = await locksOn(watcher, tables);
			for (const [table, mode] of Object.entries(held)) {
				// The actions of a step come one after another; none takes more than the plan tells.
				const told = declared(step, tables)[table] ?? "nothing";
				expect(
					STRENGTH.indexOf(told),
					`${id}: ${mode} on ${table}, where ${told} is told`,
				).toBeGreaterThanOrEqual(STRENGTH.indexOf(mode));
				if (told === mode) seen.add(`${id} ${table}`);
			}
		}
	};
	await migrateUp(database, { onProgress });
	// What is told is also taken: the plan does not frighten for nothing.
	for (const { migration, step } of steps) {
		if (migration.number !== 2 || step.mode !== "whole") continue;
		for (const table of Object.keys(declared(step, new Set(Object.keys(before))))) {
			if (step.id.startsWith("column_") || step.id.startsWith("last_activity_")) {
				expect(seen, `${step.id} on ${table}`).toContain(`${step.id} ${table}`);
			}
		}
	}
	const after = await places(database);
	for (const [name, where] of Object.entries(before)) expect(after[name], name).toBe(where);

	await indexes(
		database,
		watcher,
		steps.map(({ step }) => step),
	);
	await batches(
		database,
		watcher,
		steps.map(({ step }) => step),
	);
	await watcher.close();
	await database.close();
});

/** A transaction elsewhere that writes keeps the build waiting, so that its locks can be looked at. */
async function indexes(database: Database, watcher: Database, steps: readonly Step[]): Promise<void> {
	const [step] = steps.filter(
		(one): one is IndexStep => one.mode === "index" && one.index.table === "student_responses",
	);
	if (!step) throw new Error("There is no index on student_responses.");
	const tables = await tablesOf(watcher);
	const other = await openDatabase(database.url);
	let building: Promise<unknown> | undefined;
	await other.db.transaction().execute(async (tx) => {
		await sql`UPDATE student_responses SET email = email WHERE id = 1`.execute(tx);
		building = sql
			.raw(indexSql(step, "CONCURRENTLY ").replace(step.index.name, "another_index"))
			.execute(database.db);
		await expect
			.poll(async () => (await locksOn(watcher, tables))["student_responses"], { timeout: 20_000 })
			.toBe(declared(step, tables)["student_responses"]);
	});
	await building;
	await other.close();
}

async function batches(database: Database, watcher: Database, steps: readonly Step[]): Promise<void> {
	const tables = new Set(["student_responses", "question_answers", "pages", "questions"]);
	for (const step of steps) {
		if (step.mode !== "batches" || !tables.has(step.batches.table)) continue;
		await ledgerOf(database)
			.transaction()
			.execute(async (tx) => {
				await step.batches.run(tx, { from: 0, to: 5000 }, await stepContextOf(database, {}));
				const told = declared(step, tables);
				for (const [table, mode] of Object.entries(await locksOn(watcher, tables))) {
					expect(
						STRENGTH.indexOf(told[table] ?? ""),
						`${step.id}: ${mode} on ${table}`,
					).toBeGreaterThanOrEqual(STRENGTH.indexOf(mode));
				}
			});
	}
}
