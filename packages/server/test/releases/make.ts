// `node packages/server/test/releases/make.ts 0.1.0`: makes the fixture of a release from the program as it is here, in a folder beside this
// file: a database that `serve` made and one that was adopted, each as an SQLite file and as a dump of PostgreSQL, and the checksums of
// every step. Needs pg_dump. A fixture is made once, when the release is cut, and never changed.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { type Database, migrateUp, openDatabase } from "../../src/index.ts";
import { aFolder } from "../../src/testing/folders/a-folder.ts";
import { liveIn } from "../../src/testing/migrations/lived-in.ts";
import { aPostgresWithTools } from "../../src/testing/postgres/a-postgres.ts";
import { checksumsOfThisProgram } from "./frozen.ts";

/** Rows of the previous product in the tables that this program leaves alone. */
const OTHER_ROWS = [
	"INSERT INTO admins (username, password_hash, created_at) VALUES ('root', '$2b$12$fixture', '2024-01-01 00:00:00')",
	"INSERT INTO categories (name, is_active, created_at) VALUES ('Interests', '1', '2024-01-01 00:00:00')",
	"INSERT INTO import_logs (filename, import_type, total_rows, imported_at) VALUES ('a.csv', 'questions', 1, '2024-01-01 00:00:00')",
	"INSERT INTO question_pool (title, question_text, question_type, category_id, created_at, updated_at) VALUES ('Pool', 'Pooled?', 'essay', 1, '2024-01-01 00:00:00', '2024-01-01 00:00:00')",
	"INSERT INTO question_page_assignments (question_pool_id, page_id, order_index, assigned_at) VALUES (1, 1, 1, '2024-01-01 00:00:00')",
];

/** A database of the previous product with phase 1, as small as it gets: two pages, three responses, doubled answers. */
const OLD_ROWS = [
	"INSERT INTO pages (id, title, order_index, is_active, created_at, module_name) VALUES (1, 'Likes', 1, '1', '2024-01-01 00:00:00', 'Interests'), (2, 'Words', 2, '1', '2024-01-01 00:00:00', 'Words')",
	`INSERT INTO questions (id, page_id, question_text, question_type, order_index, is_required, item_id, domain, scale_labels, created_at) VALUES
		(1, 1, 'I like tools.', 'slider', 1, '1', 'R1', 'R', '["1","2","3","4","5"]', '2024-01-01 00:00:00'),
		(2, 2, 'A good day?', 'essay', 1, '1', 'E1', NULL, NULL, '2024-01-01 00:00:00')`,
	...["active", "abandoned", "active"].map(
		(
			status,
			n,
		) => `INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country, created_at, completed_at, status, last_activity)
			VALUES (${n + 1}, '00000000-0000-4000-8000-00000000000${n + 1}', 'temp@temp.com', 'In Progress', 'temp', 'temp', 'temp',
				'2024-03-0${n + 1} 08:00:00', ${n === 2 ? "'2024-03-03 09:00:00'" : "NULL"}, '${status}', '2024-03-0${n + 1} 08:30:00')`,
	),
	"INSERT INTO question_answers (id, response_id, question_id, answer_value) VALUES (1, 1, 1, 2), (2, 1, 1, 4), (3, 3, 1, 5)",
	"INSERT INTO question_answers (id, response_id, question_id, answer_text) VALUES (4, 3, 2, 'A long walk.')",
];

const KINDS = { served: servedDatabase, adopted: adoptedDatabase } as const;

async function servedDatabase(database: Database): Promise<void> {
	await migrateUp(database);
}

/** The tables are those of migration 1 without its ledger, with phase 1 by hand. */
async function adoptedDatabase(database: Database): Promise<void> {
	await migrateUp(database, { to: 1 });
	const time = database.dialect.name === "sqlite" ? "TIMESTAMP" : "TIMESTAMP WITH TIME ZONE";
	const statements = [
		"DROP TABLE migration_ledger",
		"DROP TABLE migration_kept",
		"ALTER TABLE student_responses ADD COLUMN status TEXT DEFAULT 'active' NOT NULL",
		`ALTER TABLE student_responses ADD COLUMN last_activity ${time}`,
		"ALTER TABLE student_responses ADD COLUMN current_page_id INTEGER REFERENCES pages (id)",
		...OLD_ROWS,
	];
	for (const statement of statements) await sql.raw(statement).execute(database.db);
	for (const table of ["pages", "questions", "student_responses", "question_answers"]) {
		await database.db.transaction().execute((tx) => database.dialect.afterExplicitIds(tx, table));
	}
	await migrateUp(database, { adopt: true });
}

async function fill(database: Database, kind: keyof typeof KINDS): Promise<void> {
	await KINDS[kind](database);
	await liveIn(database);
	for (const statement of OTHER_ROWS) await sql.raw(statement).execute(database.db);
	const tables = await database.db.introspection.getTables();
	for (const { name } of tables.filter(
		(table) => !table.isView && !/^(undo_|migration_|sqlite_)/.test(table.name),
	)) {
		const { rows } = await sql`SELECT 1 FROM ${sql.table(name)} LIMIT 1`.execute(database.db);
		if (rows.length === 0)
			throw new Error(`The table ${name} has no row: let testing/migrations/lived-in.ts make one.`);
	}
	await database.close();
}

async function onSqlite(kind: keyof typeof KINDS, target: string): Promise<void> {
	using folder = aFolder();
	const file = folder.file("fixture.db");
	await fill(await openDatabase({ dialect: "sqlite", file }), kind);
	const whole = new SqliteFile(file);
	whole.pragma("journal_mode = DELETE");
	whole.exec("VACUUM");
	whole.close();
	copyFileSync(file, target);
}

async function onPostgres(kind: keyof typeof KINDS, target: string): Promise<void> {
	await using place = await aPostgresWithTools();
	await fill(await openDatabase(place.url), kind);
	const words = ["--inserts", "--no-owner", "--no-privileges", place.address];
	const { status, stdout, stderr } = spawnSync(join(place.bin, "pg_dump"), words, {
		encoding: "utf8",
		maxBuffer: 1e9,
	});
	if (status !== 0) throw new Error(stderr);
	// What only psql understands, and what older servers do not know.
	const lines = stdout.split("\n").filter((line) => !/^(\\|SET transaction_timeout)/.test(line));
	writeFileSync(target, lines.join("\n"));
}

const [name] = process.argv.slice(2);
if (!name || !/^[\w.-]+$/.test(name)) {
	console.error("Usage: node packages/server/test/releases/make.ts NAME, as in 0.1.0");
	process.exit(2);
}
const folder = join(import.meta.dirname, name);
mkdirSync(folder);
writeFileSync(join(folder, "checksums.json"), `${JSON.stringify(checksumsOfThisProgram(), null, "\t")}\n`);
for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
	await onSqlite(kind, join(folder, `${kind}.db`));
	await onPostgres(kind, join(folder, `${kind}.sql`));
}
console.log(`Made ${folder}`);
process.exit(0);
