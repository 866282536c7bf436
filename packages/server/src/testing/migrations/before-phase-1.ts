import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { migrateUp } from "../../migrations/runner.ts";
import { ledgerOf } from "../../migrations/steps/run-context.ts";
import type { TestDatabase } from "../stores/an-engine.ts";

const MANY = 6000;

/** How many responses {@link beforePhase1} makes: enough for several ranges of a backfill. */
export const RESPONSES = MANY + 3;

/**
 * Fills an empty database as phase 1 finds it: rows, a child that cascades, a trigger, a view, an index on an
 * expression.
 * @param options.many how many responses beside the three that tests look at
 */
export async function beforePhase1(empty: TestDatabase, options: { many?: number } = {}): Promise<Database> {
	const database = await empty.open();
	await migrateUp(database, { to: 1 });
	const isSqlite = database.dialect.name === "sqlite";
	const many = options.many ?? MANY;
	const statements = [
		"CREATE TABLE audit (response_id INTEGER)",
		`CREATE TABLE notes (id INTEGER PRIMARY KEY,
			response_id INTEGER NOT NULL REFERENCES student_responses (id) ON DELETE CASCADE, note TEXT)`,
		...(isSqlite ? SQLITE_TRIGGER : POSTGRES_TRIGGER),
		"CREATE VIEW finished AS SELECT id, email FROM student_responses WHERE completed_at IS NOT NULL",
		"CREATE INDEX ix_email_folded ON student_responses (lower(email))",
		"INSERT INTO pages (id, title, order_index, is_active, created_at) VALUES (1, 'P', 1, '1', '2024-01-01 00:00:00')",
		`INSERT INTO questions (id, page_id, question_text, question_type, order_index, is_required, created_at)
			VALUES (1, 1, 'Q', 'essay', 1, '1', '2024-01-01 00:00:00')`,
		`INSERT INTO student_responses
			(id, session_id, email, full_name, age_group, country, origin_country, created_at, completed_at)
			VALUES (1, 's1', 'A@x', 'n', 'a', 'c', 'o', '2024-01-01 10:00:00', '2024-01-02 11:30:15.250000'),
			(2, 's2', 'b@x', 'n', 'a', 'c', 'o', '2024-02-01 10:00:00', NULL),
			(3, 's3', 'c@x', 'n', 'a', 'c', 'o', NULL, NULL)`,
		`INSERT INTO student_responses
			(id, session_id, email, full_name, age_group, country, origin_country, created_at, completed_at)
			SELECT i, 'many-' || i, 'e', 'n', 'a', 'c', 'o', '2024-03-01 10:00:00', CASE WHEN i % 3 = 0 THEN ${isSqlite ? "'2024-03-02 10:00:00'" : "timestamptz '2024-03-02 10:00:00'"} END
			FROM (WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < ${many + 10}) SELECT i FROM n) AS m WHERE i < ${many + 10}`,
		"DELETE FROM audit",
		"INSERT INTO notes (id, response_id, note) VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z')",
		"INSERT INTO question_answers (id, response_id, question_id, answer_text) VALUES (1, 1, 1, 'kept')",
	];
	for (const statement of statements) await sql.raw(statement).execute(ledgerOf(database));
	for (const table of ["student_responses", "question_answers"]) {
		await database.db.transaction().execute((tx) => database.dialect.afterExplicitIds(tx, table));
	}
	return database;
}

const SQLITE_TRIGGER = [
	`CREATE TRIGGER audit_insert AFTER INSERT ON student_responses
		BEGIN INSERT INTO audit VALUES (new.id); END`,
];

const POSTGRES_TRIGGER = [
	`CREATE FUNCTION audit_insert() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN INSERT INTO audit VALUES (new.id); RETURN new; END $$`,
	"CREATE TRIGGER audit_insert AFTER INSERT ON student_responses FOR EACH ROW EXECUTE FUNCTION audit_insert()",
];
