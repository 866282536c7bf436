import SqliteFile from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aPostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import { migrateUp } from "../runner.ts";
import { fingerprint } from "../system-catalogue/shape.ts";
import { migrations } from "../versions/list.ts";
import { expectedShape } from "./expected.ts";
import { takeSnapshot } from "./snapshot.ts";
import { verify } from "./verify.ts";

const NEWEST = migrations.at(-1)?.number ?? 0;
const ENGINES = ["sqlite", "postgres"] as const;
type Engine = (typeof ENGINES)[number];

async function fill(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	await migrateUp(database);
	await database.close();
}

/** A migrated database, open, and a way to change it as somebody with SQL would. */
async function aMigrated(engine: Engine) {
	if (engine === "sqlite") {
		const folder = aFolder();
		const url = { dialect: "sqlite", file: folder.file("a.db") } as const;
		await fill(url);
		const other = new SqliteFile(url.file);
		const database = await openDatabase(url);
		return {
			database,
			run: async (statements: string) => void other.exec(statements),
			async [Symbol.asyncDispose]() {
				other.close();
				await database.close();
				folder[Symbol.dispose]();
			},
		};
	}
	const server = await aPostgresDatabase({ template: { name: "to_be_verified", fill } });
	const database = await openDatabase(server.url);
	return {
		database,
		run: async (statements: string) => void (await server.query(statements)),
		async [Symbol.asyncDispose]() {
			await database.close();
			await server[Symbol.asyncDispose]();
		},
	};
}

/** What is found after somebody changed something: the checks that fail, and what they say. */
async function failsAfter(engine: Engine, statements: string): Promise<string[]> {
	await using migrated = await aMigrated(engine);
	await migrated.run(statements);
	const { checks, ok } = await verify(migrated.database);
	const failed = checks.filter((check) => !check.ok);
	expect(ok).toBe(failed.length === 0);
	return failed.map(({ name, detail }) => `${name}: ${detail}`);
}

const RESPONSE = `INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country)
	VALUES (1000, 's1', 'a', 'n', 'a', 'c', 'o');`;
const PINNED = `${RESPONSE}
	INSERT INTO assessments (key, is_default, created_at) VALUES ('a', 0, '2026-01-01T00:00:00.000Z');
	INSERT INTO assessment_versions (id, assessment_key, version, definition, content_hash, created_at)
		VALUES (1, 'a', 1, '{}', 'h', '2026-01-01T00:00:00.000Z');`;

describe.each(ENGINES)("on %s", (engine) => {
	test("what the migrations made is as it should be, and looking leaves nothing behind", async () => {
		await using migrated = await aMigrated(engine);
		const before = await takeSnapshot(migrated.database);
		const report = await verify(migrated.database, { before });
		expect(report).toMatchObject({ ok: true, migration: NEWEST, notes: [] });
		expect(report.checks.map(({ name }) => name)).toEqual([
			"ledger",
			"schema",
			"validity",
			"foreign_keys",
			"soundness",
			"defaults",
			"answers",
			"before",
		]);
		expect(report.fingerprint).toBe(fingerprint(await expectedShape(NEWEST)));
		expect((await takeSnapshot(migrated.database)).tables).toEqual(before.tables);
	});

	test("an index that is gone is named", async () => {
		expect(await failsAfter(engine, "DROP INDEX idx_student_responses_status")).toEqual([
			"schema: The index idx_student_responses_status on student_responses is missing.",
		]);
	});

	test("an edited step is named", async () => {
		const edit =
			"UPDATE migration_ledger SET checksum = '2:x' WHERE migration = 2 AND step = 'column_status'";
		expect(await failsAfter(engine, edit)).toEqual([
			"ledger: The step column_status of migration 2 is not what it was when it was applied.",
		]);
	});

	test("a migration that stopped half way is named with what is left of it", async () => {
		const texts = await failsAfter(
			engine,
			`DELETE FROM migration_ledger WHERE migration = 3 AND step = 'idx_questions_page_id';
				DROP INDEX idx_questions_page_id`,
		);
		expect(texts).toEqual([
			"ledger: Migration 3 is not finished: its step idx_questions_page_id is still to be done.",
		]);
	});

	test("a count that its rows do not bear out", async () => {
		const details = `INSERT INTO session_details
			(response_id, display_id, assessment_version_id, language, revision, answered, ever_answered)
			VALUES (1000, 'd', 1, 'en', 0, 2, 2)`;
		expect(await failsAfter(engine, `${PINNED} ${details}`)).toEqual([
			"answers: 1 sessions have another number of answers than they say.",
		]);
	});

	test("a response that was not taken over yet is a note", async () => {
		await using migrated = await aMigrated(engine);
		await migrated.run(RESPONSE);
		const { checks, notes } = await verify(migrated.database);
		expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).not.toContain("answers");
		expect(notes).toContain(
			"1 responses of another program are still to be taken over: carhythm migrate up.",
		);
	});

	test("tables, columns and indexes that nobody knows are no difference", async () => {
		const more = `CREATE TABLE letters (letter TEXT); ALTER TABLE pages ADD COLUMN colour VARCHAR(9);
			CREATE INDEX ix_colour ON pages (colour)`;
		expect(await failsAfter(engine, more)).toEqual([]);
	});

	test("a value that changed since a snapshot is found", async () => {
		await using migrated = await aMigrated(engine);
		await migrated.run("INSERT INTO admins (id, username, password_hash) VALUES (1, 'a', 'h')");
		const before = await takeSnapshot(migrated.database);
		await migrated.database.db.transaction().execute(async (tx) => {
			await tx
				.withTables<{ admins: { username: string } }>()
				.updateTable("admins")
				.set({ username: "b" })
				.execute();
		});
		const { ok, checks } = await verify(migrated.database, { before });
		expect(ok).toBe(false);
		expect(checks.at(-1)).toMatchObject({
			name: "before",
			ok: false,
			detail: "Values of admins.username have changed.",
		});
		const allowed = await verify(migrated.database, { before, allowances: { columns: ["admins.username"] } });
		expect(allowed.ok).toBe(true);
	});

	test("a database that was never migrated is not one of ours", async () => {
		await using migrated = await aMigrated(engine);
		await migrated.run("DROP TABLE migration_ledger");
		const { ok, migration, checks } = await verify(migrated.database);
		expect({ ok, migration }).toEqual({ ok: false, migration: 0 });
		expect(checks[0]?.detail).toBe("This database was neither made nor taken over by CaRhythm.");
	});
});

test("PostgreSQL: a default, a check and a foreign key that no longer hold are proven, not believed", async () => {
	const texts = await failsAfter(
		"postgres",
		`ALTER TABLE student_responses ALTER COLUMN last_activity SET DEFAULT '2000-01-01';
			ALTER TABLE student_responses DROP CONSTRAINT student_responses_current_page_id_fkey;
			ALTER TABLE student_responses ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE text;
			ALTER TABLE student_responses ALTER COLUMN status SET DEFAULT 'active'`,
	);
	expect(texts.at(-1)).toBe(
		"defaults: A new response does not get the present moment as its last activity. A status that does not exist is taken. A current page that does not exist is taken.",
	);
});

test("PostgreSQL: a sequence that rows with ids of their own have overtaken is found", async () => {
	expect(await failsAfter("postgres", RESPONSE.replace("1000", "1"))).toEqual([
		"defaults: A new response gets an id that another one has: the sequence is behind its table.",
	]);
});

test("PostgreSQL: status as text with a check is as good as the enumerated type", async () => {
	const texts = await failsAfter(
		"postgres",
		`ALTER TABLE student_responses ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE text;
			ALTER TABLE student_responses ALTER COLUMN status SET DEFAULT 'active',
				ADD CONSTRAINT ck_student_responses_status
					CHECK (status IN ('active', 'completed', 'user_abandoned_not_completed'))`,
	);
	expect(texts).toEqual([]);
});

test("PostgreSQL: an invalid index of another program is a note, one of ours is not", async () => {
	await using migrated = await aMigrated("postgres");
	await migrated.run(`CREATE TABLE letters (letter text); CREATE INDEX ix_letter ON letters (letter);
		UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_letter'::regclass`);
	expect(await verify(migrated.database)).toMatchObject({
		ok: true,
		notes: ["The index ix_letter on letters is not valid; nothing uses it."],
	});
	await migrated.run(
		"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_questions_page_id'::regclass",
	);
	const { checks } = await verify(migrated.database);
	expect(checks.find(({ name }) => name === "validity")?.ok).toBe(false);
});

test("SQLite: a default in another form of time than ours is found", async () => {
	await using migrated = await aMigrated("sqlite");
	const { db, dialect } = migrated.database;
	await db.transaction().execute(async () => {
		dialect.setColumnDefault("student_responses", "last_activity", "CURRENT_TIMESTAMP");
	});
	const { checks } = await verify(migrated.database);
	expect(checks.filter(({ ok }) => !ok)).toMatchObject([
		{
			name: "defaults",
			ok: false,
			detail: "A new response does not get the present moment as its last activity.",
		},
	]);
});

test("what differs in the existing product's tables and does no harm is a note", async () => {
	using folder = aFolder();
	const url = { dialect: "sqlite", file: folder.file("a.db") } as const;
	const database = await openDatabase(url);
	await migrateUp(database, { to: 1 });
	const file = new SqliteFile(url.file);
	file.exec(`DROP TABLE categories;
		CREATE TABLE categories (id INTEGER PRIMARY KEY, name VARCHAR(9), description TEXT, color TEXT,
			created_at DATETIME, is_active BOOLEAN, extra TEXT);
		CREATE INDEX ix_categories_id ON categories (id)`);
	file.close();
	await migrateUp(database);
	const { checks, notes } = await verify(database);
	await database.close();
	expect(checks.filter(({ ok }) => !ok)).toEqual([]);
	expect(notes).toEqual([
		"The column categories.created_at has no default where the default now is expected.",
		"The column categories.name may be empty.",
	]);
});

test("SQLite: rows that the previous program left without their parent are a note", async () => {
	await using migrated = await aMigrated("sqlite");
	await migrated.run(
		"PRAGMA foreign_keys = OFF; INSERT INTO question_answers (response_id, question_id) VALUES (7, 7)",
	);
	const { checks, notes } = await verify(migrated.database);
	expect(checks.find(({ name }) => name === "foreign_keys")?.ok).toBe(true);
	expect(notes).toEqual([
		"1 rows name a row that is not there (question_answers → questions).",
		"1 rows name a row that is not there (question_answers → student_responses).",
	]);
});
