import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { planSql } from "../plan/plan-sql.ts";
import { migrations } from "../versions/list.ts";
import { lint, RULES } from "./lint.ts";

const DIALECTS = ["sqlite", "postgres"] as const;

/** Foreign keys of ours that need no index. */
const NEVER_DELETED = [
	// Nothing deletes questions, and every look at these tables is by their session.
	"session_details.current_question_id",
	"session_drafts.question_id",
];
/** The existing product's tables are as they were found; what our own work needs is indexed by migration 3. */
const EXISTING =
	/^(questions|question_pool|question_page_assignments|question_answers|assessment_scores|feedbacks)\./;

test.for(DIALECTS)("our own SQL keeps to our rules: %s", (dialect) => {
	const sql = migrations.map((migration) => planSql(migration, dialect)).join("\n");
	const found = lint(sql, dialect).filter(({ rule, statement }) => {
		const [column = ""] = statement.split(":");
		return rule !== "foreign-key-without-index" || !(EXISTING.test(column) || NEVER_DELETED.includes(column));
	});
	expect(found).toEqual([]);
});

const REBUILD =
	"CREATE TABLE new (a); INSERT INTO new SELECT * FROM t; DROP TABLE t; ALTER TABLE new RENAME TO t";

const BAD = [
	["computed-default", "sqlite", "ALTER TABLE t ADD COLUMN a TIMESTAMP DEFAULT CURRENT_TIMESTAMP"],
	["computed-default", "sqlite", "ALTER TABLE t ADD a TEXT DEFAULT (strftime('%Y'))"],
	["double-quoted-default", "sqlite", 'CREATE TABLE t (a TEXT DEFAULT "active")'],
	["pragma-in-transaction", "sqlite", "BEGIN; PRAGMA foreign_keys=OFF; COMMIT"],
	["renamed-away", "sqlite", "ALTER TABLE t RENAME TO old; CREATE TABLE t (a)"],
	["careless-rebuild", "sqlite", REBUILD],
	["careless-rebuild", "sqlite", `${REBUILD}; CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a FROM t`],
	["if-not-exists", "sqlite", "CREATE INDEX IF NOT EXISTS i ON t (a)"],
	["if-not-exists", "postgres", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text"],
	["update-without-range", "sqlite", "UPDATE t SET a = 1"],
	["update-without-range", "postgres", "UPDATE t SET a = 1 WHERE a IS NULL"],
	["foreign-key-without-index", "sqlite", "ALTER TABLE t ADD COLUMN p_id INTEGER REFERENCES p (id)"],
	[
		"foreign-key-without-index",
		"postgres",
		"CREATE TABLE t (a int, b int, FOREIGN KEY (b) REFERENCES p (id))",
	],
	[
		"foreign-key-without-index",
		"sqlite",
		"CREATE TABLE t (a INTEGER, p_id INTEGER REFERENCES p (id)); CREATE INDEX i ON t (a, p_id)",
	],
	["volatile-default", "postgres", "ALTER TABLE t ADD COLUMN a timestamptz DEFAULT clock_timestamp()"],
	["time-without-zone", "postgres", "CREATE TABLE t (a TIMESTAMP DEFAULT now())"],
	["cascade", "postgres", "DROP TYPE sessionstatus CASCADE"],
] as const;

test.for(BAD)("%s (%s): %s", ([rule, dialect, sql]) => {
	expect(lint(sql, dialect).map((finding) => finding.rule)).toEqual([rule]);
});

test("every rule is shown to fire", () => {
	expect(new Set(BAD.map(([rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
});

test("what only looks like it is left alone", () => {
	const sqlite = `PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE;
		ALTER TABLE t ADD COLUMN a TEXT DEFAULT 'CURRENT_TIMESTAMP'; -- UPDATE t SET a = 1
		UPDATE t SET a = 'IF NOT EXISTS' WHERE id > 1 AND id <= 5;
		CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = 1; END;
		CREATE TABLE c (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t (id), UNIQUE (t_id, id));
		COMMIT; PRAGMA foreign_keys=ON`;
	expect(lint(sqlite, "sqlite")).toEqual([]);
	expect(
		lint("CREATE TABLE t (a TIMESTAMP(3) WITH TIME ZONE DEFAULT now(), b timestamptz)", "postgres"),
	).toEqual([]);
});

const SQUAWK = fileURLToPath(new URL("../js/bin/squawk", import.meta.resolve("squawk-cli/js/index.js")));

/** Rules of squawk that do not fit, and why. */
const LEFT_OUT = {
	"prefer-bigint-over-int":
		"The keys are the existing product's; tables that can outgrow them have wide ones.",
	"prefer-text-field": "The existing product's columns keep the types that its program expects.",
	"prefer-robust-stmts": "It asks for IF NOT EXISTS, which takes an invalid index for a good one; we probe.",
	"require-statement-timeout":
		"The wait for a lock is limited by lock_timeout; cutting off a statement that has it would only repeat the wait.",
};

/** Findings that are false alarms in their place. */
const FALSE_ALARMS = [
	// A new column is empty in every row, so that there is nothing to look at.
	"adding-foreign-key-constraint: ALTER TABLE student_responses ADD COLUMN current_page_id INTEGER REFERENCES pages (id);",
];

/**
 * While an index is built beside the traffic it waits, holding up neither readers nor writers; given up, it
 * would be left invalid.
 */
const WAITING_INDEX = "require-lock-timeout: CREATE INDEX CONCURRENTLY ";

/** What squawk finds: its rule and the line. */
function squawk(sql: string): string[] {
	const command = ["--reporter", "json", "--pg-version", "14.0", "--exclude", Object.keys(LEFT_OUT).join()];
	const { stdout, stderr, error } = spawnSync(process.execPath, [SQUAWK, ...command], {
		input: sql,
		encoding: "utf8",
	});
	if (error || !stdout.startsWith("[")) {
		throw new Error(
			`squawk did not run: ${error?.message ?? stderr}. Install it with: npm ci --include=optional`,
		);
	}
	const lines = sql.split("\n");
	const found = JSON.parse(stdout) as { rule_name: string; line: number }[];
	return found.map(({ rule_name, line }) => `${rule_name}: ${lines[line]?.trim()}`);
}

test("squawk is installed", () => {
	expect(existsSync(SQUAWK), "squawk-cli is missing: run npm ci").toBe(true);
});

test.for(migrations.map(({ number }) => number))("squawk finds nothing in migration %i", (number) => {
	const migration = migrations.find((one) => one.number === number);
	const found = squawk(migration ? planSql(migration, "postgres") : "");
	const isFalse = (finding: string) => FALSE_ALARMS.includes(finding) || finding.startsWith(WAITING_INDEX);
	expect(found.filter((finding) => !isFalse(finding))).toEqual([]);
});

test("squawk would find what the phase 1 document says", () => {
	const found =
		squawk(`ALTER TABLE student_responses ADD COLUMN last_activity TIMESTAMP DEFAULT CURRENT_TIMESTAMP;
CREATE INDEX idx_student_responses_status ON student_responses(status);`);
	expect(found.map((finding) => finding.split(":")[0])).toEqual(
		expect.arrayContaining(["prefer-timestamp-tz", "require-concurrent-index-creation"]),
	);
});
