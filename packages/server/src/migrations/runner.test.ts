import { copyFileSync, readFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/dialect.ts";
import { openDatabase } from "../db/open.ts";
import { aFolder } from "../testing/a-folder.ts";
import { runFile } from "../testing/run.ts";
import { migrations } from "./list.ts";
import { migrateUp, migrationStatus } from "./runner.ts";

const MIGRATE = new URL("../testing/migrate-and-die.ts", import.meta.url);

const openIn = (file: string) => openDatabase({ dialect: "sqlite", file });

const ALL_STEPS = migrations.reduce((count, migration) => count + migration.steps.length, 0);

async function migrated(file: string, options: { to?: number } = {}) {
	const database = await openIn(file);
	const { applied } = await migrateUp(database, options);
	await database.close();
	return applied;
}

/** Everything of a database that two runs must agree on: its schema and its rows, the ledger's times left out. */
function contents(file: string): Record<string, unknown> {
	const database = new SqliteFile(file);
	const schema = database
		.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
		.all();
	const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
	const rows = tables.map((name) => [
		name,
		name === "migration_ledger"
			? database.prepare("SELECT migration, step, checksum FROM migration_ledger ORDER BY 1, 2").all()
			: database.prepare(`SELECT * FROM "${name}"`).all(),
	]);
	const sound = [database.pragma("integrity_check", { simple: true }), database.pragma("foreign_key_check")];
	database.close();
	return { schema, rows: Object.fromEntries(rows), sound };
}

/** A database as phase 1 finds it: rows, a child that cascades, a trigger, a view, an index on an expression. */
async function beforePhase1(file: string): Promise<void> {
	await migrated(file, { to: 1 });
	const database = new SqliteFile(file);
	database.exec(`
		CREATE TABLE audit (response_id INTEGER);
		CREATE TABLE notes (id INTEGER PRIMARY KEY,
			response_id INTEGER NOT NULL REFERENCES student_responses (id) ON DELETE CASCADE, note TEXT);
		CREATE TRIGGER audit_insert AFTER INSERT ON student_responses
			BEGIN INSERT INTO audit VALUES (new.id); END;
		CREATE VIEW finished AS SELECT id, email FROM student_responses WHERE completed_at IS NOT NULL;
		CREATE INDEX ix_email_folded ON student_responses (lower(email));
		INSERT INTO pages (id, title, order_index, is_active) VALUES (1, 'P', 1, 1);
		INSERT INTO questions (id, page_id, question_text, question_type, order_index, is_required)
			VALUES (1, 1, 'Q', 'essay', 1, 1)`);
	const insert = database.prepare(`INSERT INTO student_responses
		(id, session_id, email, full_name, age_group, country, origin_country, created_at, completed_at)
		VALUES (?, ?, ?, 'n', 'a', 'c', 'o', ?, ?)`);
	insert.run(1, "s1", "A@x", "2024-01-01 10:00:00", "2024-01-02 11:30:15.250000");
	insert.run(2, "s2", "b@x", "2024-02-01 10:00:00", null);
	insert.run(3, "s3", "c@x", null, null);
	insert.run(4, "s4", "d@x", "yesterday", null);
	insert.run(5, "s5", "e@x", "2024-03-01T10:00:00.000Z", null);
	database.exec(`
		DELETE FROM audit;
		INSERT INTO notes (response_id, note) VALUES (1, 'x'), (1, 'y'), (2, 'z');
		INSERT INTO question_answers (response_id, question_id, answer_text) VALUES (1, 1, 'kept')`);
	database.close();
}

test("a new database gets every table, and the second run finds nothing to do", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	const applied = await migrated(file);
	expect(applied).toHaveLength(ALL_STEPS);
	expect(new Set(applied.map(({ origin }) => origin))).toEqual(new Set(["applied"]));
	const before = contents(file);
	expect(await migrated(file)).toEqual([]);
	expect(contents(file)).toEqual(before);

	const database = await openIn(file);
	const status = await migrationStatus(database);
	expect(status.map(({ migration, state }) => [migration, state])).toEqual([
		[1, "applied"],
		[2, "applied"],
		[3, "applied"],
	]);
	await database.close();
});

test("the verification of the phase 1 document finds what it looks for", async () => {
	using folder = aFolder();
	await migrated(folder.file("a.db"));
	const database = new SqliteFile(folder.file("a.db"));
	const columns = database.pragma("table_info(student_responses)") as { name: string }[];
	expect(columns.slice(-3)).toMatchObject([
		{ name: "status", type: "TEXT", notnull: 1, dflt_value: "'active'" },
		{ name: "last_activity", type: "TIMESTAMP", dflt_value: "strftime('%Y-%m-%dT%H:%M:%fZ','now')" },
		{ name: "current_page_id", type: "INTEGER", dflt_value: null },
	]);
	const indexes = database.pragma("index_list(student_responses)") as { name: string }[];
	expect(indexes.map(({ name }) => name)).toContain("idx_student_responses_status");
	database.close();
});

test("phase 1 on a table with rows: every row, child, trigger, view and index is still there", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await beforePhase1(file);
	await migrated(file);

	const database = new SqliteFile(file);
	const rows = database
		.prepare("SELECT id, created_at, completed_at, status, last_activity FROM student_responses")
		.raw()
		.all();
	const EPOCH = "1970-01-01T00:00:00.000Z";
	expect(rows).toEqual([
		[1, "2024-01-01T10:00:00.000Z", "2024-01-02T11:30:15.250Z", "completed", "2024-01-02T11:30:15.250Z"],
		[2, "2024-02-01T10:00:00.000Z", null, "active", "2024-02-01T10:00:00.000Z"],
		[3, null, null, "active", EPOCH],
		[4, "yesterday", null, "active", EPOCH],
		[5, "2024-03-01T10:00:00.000Z", null, "active", "2024-03-01T10:00:00.000Z"],
	]);
	expect(database.prepare("SELECT note FROM notes").pluck().all()).toEqual(["x", "y", "z"]);
	expect(database.prepare("SELECT answer_text FROM question_answers").pluck().get()).toBe("kept");
	expect(database.prepare("SELECT * FROM finished").all()).toEqual([{ id: 1, email: "A@x" }]);
	const plan = database
		.prepare("EXPLAIN QUERY PLAN SELECT id FROM student_responses WHERE lower(email) = 'a@x'")
		.get() as { detail: string };
	expect(plan.detail).toContain("ix_email_folded");

	database.pragma("foreign_keys = ON");
	const began = new Date().toISOString();
	database.exec(`INSERT INTO student_responses (session_id, email, full_name, age_group, country, origin_country)
		VALUES ('new', 'e', 'n', 'a', 'c', 'o')`);
	const inserted = database
		.prepare("SELECT status, last_activity, current_page_id FROM student_responses WHERE session_id = 'new'")
		.get() as { last_activity: string };
	expect(inserted).toMatchObject({ status: "active", current_page_id: null });
	expect(inserted.last_activity >= began).toBe(true);
	expect(inserted.last_activity).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	expect(database.prepare("SELECT count(*) FROM audit").pluck().get()).toBe(1);
	const change = (set: string) => () => database.exec(`UPDATE student_responses SET ${set} WHERE id = 1`);
	expect(change("status = 'abandoned'")).toThrow("CHECK");
	expect(change("status = NULL")).toThrow("NOT NULL");
	expect(change("last_activity = NULL")).toThrow("NOT NULL");
	expect(change("current_page_id = 99")).toThrow("FOREIGN KEY");
	database.close();
});

test("killed at any point of phase 1, the next run ends where an undisturbed one would have", async () => {
	using folder = aFolder();
	await beforePhase1(folder.file("start.db"));
	copyFileSync(folder.file("start.db"), folder.file("reference.db"));
	await migrated(folder.file("reference.db"));
	const reference = contents(folder.file("reference.db"));

	const phase1 = migrations.find(({ number }) => number === 2);
	const points = (phase1?.steps ?? []).flatMap((step) => [
		...step.sqlite.map((_, action) => `2:${step.id}:${action}`),
		`2:${step.id}:committed`,
	]);
	expect(points.length).toBeGreaterThan(15);
	for (const [i, point] of points.entries()) {
		const file = folder.file(`${i}.db`);
		copyFileSync(folder.file("start.db"), file);
		const { signal } = await runFile(MIGRATE, [file, point]);
		expect(signal, point).toBe("SIGKILL");
		const resumed = await migrated(file);
		expect(resumed.length, point).toBeGreaterThan(0);
		expect(contents(file), point).toEqual(reference);
	}
}, 60_000);

test("six processes at once bring a new database up to date together", async () => {
	using folder = aFolder();
	await migrated(folder.file("reference.db"));
	const file = folder.file("a.db");
	const runs = Array.from({ length: 6 }, () => runFile(MIGRATE, [file]));
	for (const { code, stderr } of await Promise.all(runs))
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(contents(file)).toEqual(contents(folder.file("reference.db")));
}, 60_000);

test("an index that went missing comes back, and the ledger tells that it was put there later", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	await sql`drop index idx_student_responses_status`.execute(database.db);
	expect((await migrationStatus(database)).map(({ state }) => state)).toEqual([
		"applied",
		"partly",
		"applied",
	]);
	const { applied } = await migrateUp(database);
	expect(applied).toEqual([
		{
			migration: 2,
			name: "phase_1_session_management",
			step: "idx_student_responses_status",
			origin: "resumed",
		},
	]);
	await database.close();
});

test("something else under the name of a step stops the run with a sentence, and nothing is changed", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await migrated(file, { to: 1 });
	const other = new SqliteFile(file);
	other.exec("CREATE INDEX idx_student_responses_status ON student_responses (email)");
	other.close();
	const database = await openIn(file);
	await expect(migrateUp(database)).rejects.toMatchObject({
		trouble: "conflict",
		message: expect.stringContaining("the index idx_student_responses_status is on (email)"),
	});
	expect(await openSteps(database, 2)).toEqual([
		"idx_student_responses_status",
		"idx_student_responses_current_page",
	]);
	await database.close();
});

async function openSteps(database: Database, migration: number): Promise<string[]> {
	const status = (await migrationStatus(database)).find((one) => one.migration === migration);
	return (status?.steps ?? []).filter(({ state }) => state !== "done").map(({ step }) => step);
}

test("a database of another program is refused and left as it is", async () => {
	using folder = aFolder();
	const other = new SqliteFile(folder.file("a.db"));
	other.exec("CREATE TABLE student_responses (id INTEGER PRIMARY KEY)");
	other.close();
	const before = readFileSync(folder.file("a.db"));
	const database = await openIn(folder.file("a.db"));
	await expect(migrateUp(database)).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("carhythm migrate adopt"),
	});
	await database.close();
	expect(readFileSync(folder.file("a.db")).equals(before)).toBe(true);
});

test("a database of a newer release is refused", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	await sql`insert into migration_ledger values (99, 'x', 'applied', '', '', 0)`.execute(database.db);
	await expect(migrateUp(database)).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("a newer CaRhythm (migration 99"),
	});
	await database.close();
});
