import type { DatabaseDialect } from "../../db/dialect.ts";
import { createAdoptedSessions, repairs } from "../adoption/steps.ts";
import type { Action, BatchesStep, IndexStep, Migration, Step } from "../migration.ts";
import { indexSql } from "../steps/apply-index.ts";
import type { SystemCatalogue } from "../system-catalogue/read-catalogue.ts";

/** What these do depends on what they find. */
const LOOKS_AT_ROWS = new Set<Step>([...repairs, ...createAdoptedSessions]);

type DialectName = DatabaseDialect["name"];

/** What SQLite has statements for only since 3.53, which systems do not have yet. */
const NEWER_SQLITE = /\bALTER COLUMN\b|\b(ADD|DROP) CONSTRAINT\b/i;

const BY_ADOPT = 'done by "carhythm migrate adopt"';

/**
 * A migration as SQL that a person can review and apply by hand, with `psql -v ON_ERROR_STOP=1` or `sqlite3
 * -bail` (3.40 or newer). What SQL cannot say is left to `carhythm migrate adopt`, which takes over what was
 * applied by hand.
 * @param found what the database has already
 */
export function planSql(
	migration: Migration,
	dialect: DialectName,
	{ only, found = new Map() }: { only?: ReadonlySet<Step>; found?: SystemCatalogue } = {},
): string {
	const steps = migration.steps.filter(
		(step) => (step.only ?? dialect) === dialect && (only === undefined || only.has(step)),
	);
	const title = `-- Migration ${migration.number}: ${migration.name}`;
	return `${[title, ...steps.map((step) => stepSql(step, dialect, found))].join("\n\n")}\n`;
}

function stepSql(step: Step, dialect: DialectName, found: SystemCatalogue): string {
	return `-- ${step.id}: ${step.about}\n${bodySql(step, dialect, found)}`;
}

function bodySql(step: Step, dialect: DialectName, found: SystemCatalogue): string {
	if (LOOKS_AT_ROWS.has(step)) return `-- ${sentence(BY_ADOPT)}, which looks at the rows first.`;
	switch (step.mode) {
		case "index":
			// Rows that were there before may share a value until the repairs have looked at them.
			if (step.index.unique && found.has(step.index.table))
				return `-- ${sentence(BY_ADOPT)}, after the rows are repaired.`;
			// Beside the traffic, and therefore outside any transaction.
			return dialect === "postgres"
				? `${leftOver(step, found)}${indexSql(step, "CONCURRENTLY ")};`
				: atOnce([indexSql(step, "")], dialect);
		case "whole":
			return atOnce(
				step.actions[dialect].flatMap((action) => actionSql(action, dialect, found)),
				dialect,
			);
		case "batches":
			return batchesSql(step, dialect);
	}
}

/** What an interrupted build left behind goes first. */
function leftOver({ index }: IndexStep, found: SystemCatalogue): string {
	return found.get(index.table)?.indexes.has(index.name) ? `DROP INDEX CONCURRENTLY ${index.name};\n` : "";
}

function actionSql(action: Action, dialect: DialectName, found: SystemCatalogue): string[] {
	if (typeof action === "string") {
		if (dialect === "sqlite" && NEWER_SQLITE.test(action))
			return [`-- ${sentence(BY_ADOPT)}: ${oneLine(action)}`];
		return [tidy(action)];
	}
	if ("set_default" in action) {
		const { table, column, expression } = action.set_default;
		return [`-- The default ${expression} of ${table}.${column}: ${BY_ADOPT}.`];
	}
	if (action.sqlFor) return action.sqlFor(found).map(tidy);
	if (action.sql === "") return [];
	return [action.sql ? tidy(action.sql) : `-- ${action.name}: ${BY_ADOPT}.`];
}

function sentence(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

function oneLine(text: string): string {
	return text.trim().replace(/\s+/g, " ");
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
