import type { Dialect } from "../db/dialect.ts";
import { repairs, takeOver } from "./adoption/steps.ts";
import { indexSql } from "./apply-index.ts";
import type { Action, BatchesStep, Migration, Step } from "./migration.ts";

/** What these do depends on what they find. */
const LOOKS_AT_ROWS = new Set<Step>([...repairs, ...takeOver]);

type DialectName = Dialect["name"];

/**
 * A migration as SQL that a person can review and apply by hand, with `psql -v ON_ERROR_STOP=1` or `sqlite3 -bail`. What SQL
 * cannot say is left to `carhythm migrate adopt`, which takes over what was applied by hand.
 */
export function planSql(migration: Migration, dialect: DialectName, only?: ReadonlySet<Step>): string {
	const steps = migration.steps.filter(
		(step) => (step.only ?? dialect) === dialect && (only === undefined || only.has(step)),
	);
	const title = `-- Migration ${migration.number}: ${migration.name}`;
	return `${[title, ...steps.map((step) => stepSql(step, dialect))].join("\n\n")}\n`;
}

function stepSql(step: Step, dialect: DialectName): string {
	return `-- ${step.id}: ${step.about}\n${bodySql(step, dialect)}`;
}

function bodySql(step: Step, dialect: DialectName): string {
	if (LOOKS_AT_ROWS.has(step)) return '-- Done by "carhythm migrate adopt", which looks at the rows first.';
	switch (step.mode) {
		case "index":
			// Beside the traffic, and therefore outside any transaction.
			return dialect === "postgres"
				? `${indexSql(step, "CONCURRENTLY ")};`
				: atOnce([indexSql(step, "")], dialect);
		case "whole":
			return atOnce(step.actions[dialect].flatMap(actionSql), dialect);
		case "batches":
			return batchesSql(step, dialect);
	}
}

function actionSql(action: Action): string[] {
	if (typeof action === "string") return [tidy(action)];
	if ("set_default" in action) {
		const { table, column, expression } = action.set_default;
		return [`-- The default ${expression} of ${table}.${column}: set by "carhythm migrate adopt".`];
	}
	if (action.sql === "") return [];
	return [action.sql ? tidy(action.sql) : `-- ${action.name}: done by "carhythm migrate adopt".`];
}

function atOnce(statements: readonly string[], dialect: DialectName): string {
	const real = statements.filter((statement) => !statement.startsWith("--"));
	if (real.length === 0) return statements.length > 0 ? statements.join("\n") : "-- Nothing to do here.";
	const lines = statements.map((statement) => (statement.startsWith("--") ? statement : `${statement};`));
	const [begin, patience] =
		dialect === "postgres" ? ["BEGIN;", ["SET LOCAL lock_timeout = '100ms';"]] : ["BEGIN IMMEDIATE;", []];
	return [begin, ...patience, ...lines, "COMMIT;"].join("\n");
}

function batchesSql({ batches }: BatchesStep, dialect: DialectName): string {
	const statements = batches.sql[dialect].map(tidy);
	if (statements.length === 0) return '-- Done by "carhythm migrate adopt", in ranges of rows.';
	if (dialect === "sqlite") {
		return atOnce(
			statements.map((statement) => statement.replace(":from", "-1").replace(":to", "9223372036854775807")),
			dialect,
		);
	}
	const inLoop = statements.map(
		(statement) => `    ${statement.replace(":from", "a").replace(":to", `a + ${batches.size}`)};`,
	);
	return [
		"DO $$",
		"DECLARE a BIGINT; z BIGINT;",
		"BEGIN",
		`  SELECT min(${batches.key}) - 1, max(${batches.key}) INTO a, z FROM ${batches.table};`,
		"  WHILE a < z LOOP",
		...inLoop,
		"    COMMIT;",
		`    a := a + ${batches.size};`,
		"  END LOOP;",
		"END $$;",
	].join("\n");
}

function tidy(sql: string): string {
	return sql.trim().replace(/\n\t+/g, "\n\t");
}
