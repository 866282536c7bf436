import { SessionStatus } from "@carhythm/core";
import { type Kysely, sql } from "kysely";
import type { LedgerSchema } from "../../ledger/ledger-schema.ts";
import type { Probe, StepContext, Task, Tx, WholeStep } from "../../migration.ts";
import type { Check, SystemCatalogue, Table } from "../../system-catalogue/read-catalogue.ts";
import { catalogueOf, dropOriginalFacts, readOriginalFact, recordOriginalFact } from "../original-values.ts";
import { viewsOn } from "../views.ts";
import { statusOf, unknownLabels, vocabularyOf } from "./status-mapping.ts";

const TABLE = "student_responses";

type OriginalEnum = { type: string; renamed: readonly (readonly [found: string, ours: string])[] };
type OriginalCheck = { name: string; expression: string };

/** Whether the database itself holds the column to our labels and no others. */
export function allowsOnlyOurLabels(table: Table): boolean {
	const labels = table.enums.get("status")?.labels;
	return labels ? sameLabels(labels) : table.checks.some((check) => sameLabels(literalsOf(check)));
}

/** Checks on the status that would refuse one of our labels. */
function foreignChecks(table: Table): Check[] {
	return table.checks.filter((check) => {
		if (!/\bstatus\b/i.test(check.expression)) return false;
		const literals = new Set(literalsOf(check));
		return literals.size > 0 && !SessionStatus.options.every((label) => literals.has(label));
	});
}

function literalsOf({ expression }: Check): string[] {
	return [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = ""]) => value.replaceAll("''", "'"));
}

function sameLabels(labels: readonly string[]): boolean {
	const found = new Set(labels);
	return (
		found.size === SessionStatus.options.length && SessionStatus.options.every((label) => found.has(label))
	);
}

type LabelCount = { label: string | null; unfinished: number; n: number };

async function countLabels(db: Kysely<LedgerSchema>): Promise<LabelCount[]> {
	const { rows } = await sql<LabelCount>`
		SELECT CAST(status AS TEXT) AS label, count(*) AS n,
			sum(CASE WHEN completed_at IS NULL THEN 1 ELSE 0 END) AS unfinished
		FROM student_responses GROUP BY 1 ORDER BY 2 DESC`.execute(db);
	return rows.map((row) => ({ ...row, n: Number(row.n), unfinished: Number(row.unfinished) }));
}

async function probe(
	db: Kysely<LedgerSchema>,
	context: StepContext,
	catalogue: SystemCatalogue,
): Promise<Probe | "ledger"> {
	const table = catalogue.get(TABLE);
	if (!table?.columns.has("status")) return "ledger";
	if (allowsOnlyOurLabels(table)) return "done";
	const unnamed = foreignChecks(table).find(({ name }) => name === null);
	if (unnamed) {
		return {
			conflict: `the column ${TABLE}.status has a check without a name that allows other labels only (${unnamed.expression}). SQLite cannot drop it: make the table again without it, or give it a name`,
		};
	}
	// A finished response is completed, whatever its label says.
	const unknown = (await countLabels(db)).filter(
		({ label, unfinished }) => unfinished > 0 && statusOf(label, context.decisions.map_status) === null,
	);
	if (unknown.length > 0) return { conflict: unknownLabels(unknown) };
	if (isTooShort(table)) {
		const views = await viewsOn(db, TABLE, ["status"]);
		if (views.length > 0) return viewsInTheWay(views, "status");
	}
	return "ledger";
}

/** What to tell about views that hold a column's type fast. */
export function viewsInTheWay(views: readonly string[], columns: string): { conflict: string } {
	return {
		conflict: `PostgreSQL cannot change the type of ${columns} while the view ${views.join(", ")} reads it. Drop it, and make it again afterwards`,
	};
}

/** PostgreSQL holds texts to their length; SQLite does not. */
function isTooShort(table: Table): boolean {
	const length = /^character varying\((\d+)\)$/.exec(table.columns.get("status")?.declared ?? "")?.[1];
	return (
		length !== undefined && Number(length) < Math.max(...SessionStatus.options.map((label) => label.length))
	);
}

const readyColumn: Task = {
	name: "ready_status_column",
	version: 1,
	async run(tx, context) {
		const table = (await catalogueOf(tx, context.dialect)).get(TABLE);
		if (!table) return;
		const found = table.enums.get("status");
		if (found) await renameLabels(tx, context, found);
		else await readyText(tx, context, table);
	},
};

/** Renaming a label of an enumerated type touches no row. */
async function renameLabels(
	tx: Tx,
	{ dialect, decisions, report }: StepContext,
	{ type, labels }: { type: string; labels: readonly string[] },
): Promise<void> {
	const there = new Set(labels);
	const renamed: [string, string][] = [];
	for (const label of labels) {
		const ours = statusOf(label, decisions.map_status);
		if (ours === null || there.has(ours)) continue;
		await sql`ALTER TYPE ${sql.id(type)} RENAME VALUE ${sql.lit(label)} TO ${sql.lit(ours)}`.execute(tx);
		there.add(ours);
		renamed.push([label, ours]);
	}
	for (const ours of SessionStatus.options.filter((label) => !there.has(label))) {
		await sql`ALTER TYPE ${sql.id(type)} ADD VALUE ${sql.lit(ours)}`.execute(tx);
	}
	await recordOriginalFact(tx, dialect, "status_type", { type, renamed } satisfies OriginalEnum);
	if (renamed.length > 0) {
		const said = renamed.map(([label, ours]) => `${label} is now ${ours}`).join(", ");
		report(`status_labels: the type ${type} says ${said}; no row was rewritten`);
	}
}

async function readyText(tx: Tx, { dialect, report }: StepContext, table: Table): Promise<void> {
	const checks = foreignChecks(table);
	const labels = (await countLabels(tx)).map(({ label }) => label).filter((label) => label !== null);
	await recordOriginalFact(
		tx,
		dialect,
		"status_words",
		vocabularyOf([...labels, ...checks.flatMap(literalsOf)]),
	);
	if (isTooShort(table)) {
		await sql.raw(`ALTER TABLE ${TABLE} ALTER COLUMN status TYPE text`).execute(tx);
		report("status_labels: the column status, too short for our labels, is now of the type text");
	}
	const named = checks.flatMap(({ name, expression }): OriginalCheck[] =>
		name ? [{ name, expression }] : [],
	);
	for (const { name } of named) {
		await sql`ALTER TABLE ${sql.table(TABLE)} DROP CONSTRAINT ${sql.id(name)}`.execute(tx);
		report(`status_labels: the check ${name} allowed other labels only and is set aside`);
	}
	if (named.length > 0) await recordOriginalFact(tx, dialect, "status_checks", named);
}

const undoReadyColumn: Task = {
	name: "undo_ready_status_column",
	version: 1,
	async run(tx, { dialect }) {
		const type = (await readOriginalFact(tx, dialect, "status_type")) as OriginalEnum | undefined;
		for (const [found, ours] of type?.renamed.toReversed() ?? []) {
			await sql`ALTER TYPE ${sql.id(type?.type ?? "")} RENAME VALUE ${sql.lit(ours)} TO ${sql.lit(found)}`.execute(
				tx,
			);
		}
		const checks = (await readOriginalFact(tx, dialect, "status_checks")) as
			| readonly OriginalCheck[]
			| undefined;
		for (const { name, expression } of checks ?? []) {
			await sql`ALTER TABLE ${sql.table(TABLE)} ADD CONSTRAINT ${sql.id(name)} CHECK (${sql.raw(expression)})`.execute(
				tx,
			);
		}
		await dropOriginalFacts(tx);
	},
};

/** The first of all repairs, and the last to be undone. */
export const statusLabels: WholeStep = {
	id: "status_labels",
	mode: "whole",
	about: "lets the status of responses say our labels; the words found are noted",
	probe: { rows: probe },
	locks: [{ table: TABLE, mode: "AccessExclusiveLock" }],
	changes: { columns: [`${TABLE}.status`] },
	actions: { sqlite: [readyColumn], postgres: [readyColumn] },
	undo: { sqlite: [undoReadyColumn], postgres: [undoReadyColumn] },
};
