import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import type { Database, DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aPostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import type { Allowances } from "../migration.ts";
import { migrateUp } from "../runner.ts";
import { compareSnapshots } from "./compare.ts";
import { takeSnapshot } from "./snapshot.ts";
import type { Snapshot } from "./snapshot-types.ts";

const ROWS = `
	INSERT INTO pages (id, title, order_index, is_active) VALUES (1, 'P', 1, TRUE), (2, 'Q', 2, TRUE);
	INSERT INTO questions (id, page_id, question_text, question_type, order_index, is_required)
		VALUES (1, 1, 'Q', 'essay', 1, TRUE), (2, 2, 'R', 'essay', 1, TRUE);
	INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country)
		VALUES (1, 's1', 'a', 'n', 'a', 'c', 'o'), (2, 's2', 'b', 'n', 'a', 'c', 'o'), (3, 's3', 'c', 'n', 'a', 'c', 'o');
	INSERT INTO question_answers (id, response_id, question_id, answer_text)
		VALUES (1, 1, 1, 'x'), (2, 1, 2, 'y'), (3, 2, 1, 'z');
	CREATE TABLE letters (letter TEXT, n INTEGER);
	INSERT INTO letters VALUES ('a', 1), ('b', 2);
	CREATE TABLE "odd.Name" ("a.b" INTEGER PRIMARY KEY, "c d" INTEGER REFERENCES "odd.Name" ("a.b"));
	INSERT INTO "odd.Name" VALUES (1, 1), (2, 1);
	CREATE VIEW finished AS SELECT id FROM student_responses WHERE completed_at IS NOT NULL;
	CREATE INDEX ix_email_folded ON student_responses (lower(email));`;

const CHILDREN = `
	CREATE TABLE notes (id INTEGER PRIMARY KEY,
		response_id INTEGER NOT NULL REFERENCES student_responses (id) ON DELETE CASCADE, note TEXT);
	INSERT INTO notes VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z');
	CREATE TABLE audit (response_id INTEGER);`;

const TRIGGERS = {
	sqlite: `CREATE TRIGGER audit_insert AFTER INSERT ON student_responses
			BEGIN INSERT INTO audit VALUES (new.id); END;
		CREATE TABLE tickets (id INTEGER PRIMARY KEY AUTOINCREMENT);
		INSERT INTO tickets VALUES (7);
		DELETE FROM tickets`,
	postgres: `CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql
			AS 'BEGIN INSERT INTO audit VALUES (new.id); RETURN new; END';
		CREATE TRIGGER audit_insert AFTER INSERT ON student_responses FOR EACH ROW EXECUTE FUNCTION audit();
		CREATE TABLE tickets (id serial PRIMARY KEY);
		SELECT setval('tickets_id_seq', 7)`,
} as const;

type Engine = keyof typeof TRIGGERS;

/**
 * A database with rows and with all that a careless change loses, open, and a way to change it behind
 * everybody's back.
 */
async function aPopulated(engine: Engine) {
	if (engine === "sqlite") {
		const folder = aFolder();
		const database = await openDatabase({ dialect: "sqlite", file: folder.file("a.db") });
		await migrateUp(database, { to: 2 });
		const other = new SqliteFile(folder.file("a.db"));
		const run = async (statements: string) => void other.exec(statements);
		await run(`${ROWS} ${CHILDREN} ${TRIGGERS.sqlite}`);
		return {
			database,
			run,
			async [Symbol.asyncDispose]() {
				other.close();
				await database.close();
				folder[Symbol.dispose]();
			},
		};
	}
	const server = await aPostgresDatabase({ template: { name: "before_and_after", fill } });
	const database = await openDatabase(server.url);
	const run = async (statements: string) => void (await server.query(statements));
	return {
		database,
		run,
		async [Symbol.asyncDispose]() {
			await database.close();
			await server[Symbol.asyncDispose]();
		},
	};
}

async function fill(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	await migrateUp(database, { to: 2 });
	await sql.raw(`${ROWS} ${CHILDREN} ${TRIGGERS.postgres}`).execute(database.db);
	await database.close();
}

/** The same snapshot as if nobody else had written: what follows is the work of a migration. */
function alone(snapshot: Snapshot): Snapshot {
	return { ...snapshot, writers: { data_version: 0, others: 0 } };
}

async function found(database: Database, before: Snapshot, allowances: Allowances = {}): Promise<string[]> {
	const after = alone(await takeSnapshot(database, { since: before }));
	return compareSnapshots(alone(before), after, allowances).differences.map(({ text }) => text);
}

async function foundAfter(engine: Engine, statements: string, allowances: Allowances = {}) {
	await using populated = await aPopulated(engine);
	const before = await takeSnapshot(populated.database);
	await populated.run(statements);
	return await found(populated.database, before, allowances);
}

const ENGINES = ["sqlite", "postgres"] as const;

describe.each(ENGINES)("on %s", (engine) => {
	test("two looks at the same database are equal, and a snapshot survives being written to a file", async () => {
		await using populated = await aPopulated(engine);
		const before = JSON.parse(JSON.stringify(await takeSnapshot(populated.database))) as Snapshot;
		expect(before.tables["student_responses"]?.rows).toBe(3);
		expect(before.tables["notes"]?.rows).toBe(3);
		expect(before.objects).toHaveProperty(["view finished"]);
		expect(await found(populated.database, before)).toEqual([]);
	});

	test.for([
		[
			"rows that are gone",
			"DELETE FROM notes WHERE response_id = 1",
			["The table notes has lost 2 of its 3 rows."],
		],
		[
			"rows too many",
			"INSERT INTO letters VALUES ('a', 1)",
			["The table letters has 1 more rows than before."],
		],
		["a value", "UPDATE notes SET note = 'X' WHERE id = 1", ["Values of notes.note have changed."]],
		[
			"a value that is gone",
			"UPDATE notes SET note = NULL WHERE id = 1",
			["Values of notes.note have changed."],
		],
		[
			"two values that changed places",
			"UPDATE notes SET note = CASE id WHEN 1 THEN 'y' ELSE 'x' END WHERE id < 3",
			["Values of notes.note have changed."],
		],
		[
			"two values that changed places in a table without a key",
			"UPDATE letters SET n = 3 - n",
			["Values of letters.(row) have changed."],
		],
		[
			"a key",
			"UPDATE notes SET id = 9 WHERE id = 3",
			expect.arrayContaining(["Values of notes.id have changed."]),
		],
		["a view", "DROP VIEW finished", ["The view finished is gone."]],
		[
			"another view of the same name",
			"DROP VIEW finished; CREATE VIEW finished AS SELECT id FROM student_responses",
			["The view finished is another."],
		],
		[
			"a value in a table with a strange name",
			'UPDATE "odd.Name" SET "c d" = 2 WHERE "a.b" = 2',
			["Values of odd.Name.c d have changed."],
		],
		["a column", "ALTER TABLE notes DROP COLUMN note", ["the column notes.note is missing."]],
	] as const)("%s", async ([, statements, expected]) => {
		expect(await foundAfter(engine, statements)).toEqual(expected);
	});

	test("an index on an expression and a trigger are missed", async () => {
		const drop =
			engine === "sqlite" ? "DROP TRIGGER audit_insert" : "DROP TRIGGER audit_insert ON student_responses";
		const texts = await foundAfter(engine, `DROP INDEX ix_email_folded; ${drop}`);
		expect(texts.join()).toContain("ix_email_folded");
		expect(texts.join()).toMatch(/trigger audit_insert.* is gone/);
	});

	test("what a step says it changes is no difference, and everything beside it still is", async () => {
		const statements = `UPDATE student_responses SET status = 'completed'; UPDATE notes SET note = 'X' WHERE id = 1;
			INSERT INTO letters VALUES ('c', 3)`;
		const allowances = { columns: ["student_responses.status"], more_rows: ["letters"] };
		expect(await foundAfter(engine, statements, allowances)).toEqual(["Values of notes.note have changed."]);
	});

	test("rows that moved to another table are added up with those that stayed", async () => {
		const move = `CREATE TABLE undo_3_question_answers AS SELECT * FROM question_answers WHERE id = 1;
			DELETE FROM question_answers WHERE id = 1;`;
		const allowances = { moved_rows: { question_answers: "undo_3_question_answers" } };
		expect(await foundAfter(engine, move, allowances)).toEqual([]);
		expect(await foundAfter(engine, `${move} DELETE FROM question_answers WHERE id = 2`, allowances)).toEqual(
			["The table question_answers has lost 1 of its 3 rows."],
		);
		expect(
			await foundAfter(engine, `${move} UPDATE undo_3_question_answers SET answer_text = 'X'`, allowances),
		).toEqual(["Values of question_answers.answer_text have changed."]);
	});

	test("rows that were kept by an earlier move are not counted again", async () => {
		await using populated = await aPopulated(engine);
		await populated.run(
			"CREATE TABLE undo_3_question_answers AS SELECT * FROM question_answers WHERE id = 2",
		);
		const before = await takeSnapshot(populated.database);
		await populated.run(`INSERT INTO undo_3_question_answers SELECT * FROM question_answers WHERE id = 1;
			DELETE FROM question_answers WHERE id = 1`);
		const allowances = { moved_rows: { question_answers: "undo_3_question_answers" } };
		expect(await found(populated.database, before, allowances)).toEqual([]);
	});

	test("an empty table may get its first rows", async () => {
		const statements =
			"INSERT INTO audit VALUES (1); INSERT INTO admins (username, password_hash) VALUES ('a', 'h')";
		expect(await foundAfter(engine, statements, { more_rows: ["audit", "admins"] })).toEqual([]);
		expect(await foundAfter(engine, statements)).toEqual([
			"The table admins has 1 more rows than before.",
			"The table audit has 1 more rows than before.",
		]);
	});

	test("a table that gets more rows is still held against those that it had", async () => {
		const add = "INSERT INTO notes VALUES (4, 2, 'new');";
		const allowances = { more_rows: ["notes"] };
		expect(await foundAfter(engine, add, allowances)).toEqual([]);
		expect(await foundAfter(engine, `${add} UPDATE notes SET note = 'X' WHERE id = 1`, allowances)).toEqual([
			"Values of notes.note have changed.",
		]);
		expect(await foundAfter(engine, `${add} DELETE FROM notes WHERE id = 1`, allowances)).toEqual([
			"The table notes has lost 1 of its 3 rows.",
		]);
	});

	test("a migration that does what it says passes", async () => {
		await using populated = await aPopulated(engine);
		const before = await takeSnapshot(populated.database);
		await migrateUp(populated.database);
		const normalised = ["created_at", "completed_at", "last_activity"].map(
			(name) => `student_responses.${name}`,
		);
		const times = engine === "sqlite" ? normalised : [];
		expect(await found(populated.database, before, { columns: times })).toEqual([]);
	});

	test("while others write, only what normal use never changes is compared", async () => {
		await using populated = await aPopulated(engine);
		const before = await takeSnapshot(populated.database);
		const compare = async () => {
			const after = await takeSnapshot(populated.database, { since: before });
			const busy = { ...after, writers: { data_version: -1, others: 1 } };
			const { differences, notes } = compareSnapshots(before, busy);
			return { texts: differences.map(({ text }) => text), notes };
		};
		await populated.run(`UPDATE student_responses SET status = 'completed', last_activity = created_at WHERE id = 1;
			UPDATE question_answers SET answer_text = 'better' WHERE id = 3;
			DELETE FROM question_answers WHERE id = 1;
			INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country)
				VALUES (4, 's4', 'd', 'n', 'a', 'c', 'o')`);
		expect(await compare()).toEqual({
			texts: [],
			notes: [expect.stringContaining("Others wrote to the database")],
		});
		await populated.run(
			"UPDATE student_responses SET session_id = 'other' WHERE id = 3; DELETE FROM notes WHERE id = 3",
		);
		const { texts } = await compare();
		expect(texts).toEqual([
			"The table notes has lost 1 of its 3 rows.",
			"Values of student_responses.session_id have changed.",
		]);
	});
});

const TABLE = `(id INTEGER NOT NULL PRIMARY KEY, session_id VARCHAR(36) NOT NULL, email VARCHAR(255) NOT NULL,
	full_name VARCHAR(200) NOT NULL, age_group VARCHAR(50) NOT NULL, country VARCHAR(100) NOT NULL,
	origin_country VARCHAR(100) NOT NULL, completed_at DATETIME, created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
	status TEXT NOT NULL DEFAULT 'active'
		CONSTRAINT ck_student_responses_status CHECK (status IN ('active', 'completed', 'user_abandoned_not_completed')),
	last_activity TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
	current_page_id INTEGER REFERENCES pages (id))`;

/**
 * The rebuild as many tools do it, in one transaction: the pragma does nothing there, so that DROP TABLE
 * deletes children.
 */
const CARELESS = `PRAGMA foreign_keys = ON; DROP VIEW finished;
	BEGIN; PRAGMA foreign_keys = OFF;
	CREATE TABLE new_responses ${TABLE};
	INSERT INTO new_responses SELECT * FROM student_responses;
	DROP TABLE student_responses;
	ALTER TABLE new_responses RENAME TO student_responses;
	COMMIT`;

test("SQLite: a rebuild inside a transaction loses children, indexes, triggers and views, and all of it is found", async () => {
	// Without the foreign keys that would stop it, as in the databases of the existing product's later tables.
	const statements = `DROP TABLE question_answers; DROP TABLE assessment_scores; DROP TABLE feedbacks; ${CARELESS}`;
	const texts = await foundAfter("sqlite", statements, {
		gone: ["question_answers", "assessment_scores", "feedbacks"],
	});
	expect(texts).toEqual([
		"the index idx_student_responses_current_page on student_responses is missing.",
		"the index idx_student_responses_status on student_responses is missing.",
		"the index ix_email_folded on student_responses is missing.",
		"the index ix_student_responses_id on student_responses is missing.",
		"the index ix_student_responses_session_id on student_responses is missing.",
		"The view finished is gone.",
		"The trigger audit_insert is gone.",
		"The table notes has lost 3 of its 3 rows.",
	]);
});

test("SQLite: ids that a rebuilt table would give again are found", async () => {
	const texts = await foundAfter(
		"sqlite",
		`CREATE TABLE new_tickets (id INTEGER PRIMARY KEY AUTOINCREMENT);
			INSERT INTO new_tickets SELECT * FROM tickets; DROP TABLE tickets; ALTER TABLE new_tickets RENAME TO tickets`,
	);
	expect(texts).toEqual(["The table tickets would give ids again that it has given."]);
});

test("SQLite: a table renamed away leaves its children pointing at the old one", async () => {
	const texts = await foundAfter(
		"sqlite",
		`DROP VIEW finished; DROP TRIGGER audit_insert; PRAGMA foreign_keys = OFF;
			ALTER TABLE notes RENAME COLUMN note TO note; ALTER TABLE student_responses RENAME TO old_responses;
			CREATE TABLE student_responses ${TABLE}; INSERT INTO student_responses SELECT * FROM old_responses;
			DROP TABLE old_responses`,
	);
	expect(texts).toContain("the foreign key notes: response_id → student_responses (id) is missing.");
});

test("SQLite: a note says who else wrote, by the file's own count", async () => {
	await using populated = await aPopulated("sqlite");
	const { database } = populated;
	const before = await takeSnapshot(database);
	await database.db.updateTable("pages").set({ title: "ours" }).execute();
	const ours = await takeSnapshot(database, { since: before });
	expect(ours.writers).toEqual(before.writers);
	await populated.run("UPDATE pages SET title = 'theirs'");
	expect((await takeSnapshot(database, { since: before })).writers).not.toEqual(before.writers);
});

test("PostgreSQL: others are seen while they are connected", async () => {
	await using server = await aPostgresDatabase();
	const database = await openDatabase(server.url);
	expect((await takeSnapshot(database)).writers.others).toBe(0);
	await server.query("SELECT pg_backend_pid()");
	const other = new Client({ connectionString: server.address, application_name: "report" });
	await other.connect();
	expect((await takeSnapshot(database)).writers.others).toBe(1);
	await other.end();
	await database.close();
});

test("PostgreSQL: a sequence that was set back is found", async () => {
	const texts = await foundAfter("postgres", "SELECT setval('tickets_id_seq', 3)");
	expect(texts).toEqual(["The table tickets would give ids again that it has given."]);
});

test("rows without their parent are counted", async () => {
	const sqlite = await foundAfter(
		"sqlite",
		"PRAGMA foreign_keys = OFF; UPDATE notes SET response_id = 99 WHERE id = 1",
	);
	expect(sqlite).toContain(
		"1 rows name a row that is not there (notes → student_responses); before it were 0.",
	);
	const postgres = await foundAfter(
		"postgres",
		"SET session_replication_role = replica; UPDATE notes SET response_id = 99 WHERE id = 1",
	);
	expect(postgres).toContain(
		"1 rows name a row that is not there (notes (response_id) → student_responses); before it were 0.",
	);
});
