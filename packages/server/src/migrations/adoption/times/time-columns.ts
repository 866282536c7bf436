import { type Kysely, sql } from "kysely";
import type { LedgerSchema } from "../../ledger/ledger-schema.ts";
import type { Decisions, Probe, Step, StepContext, Task } from "../../migration.ts";
import type { SystemCatalogue } from "../../system-catalogue/read-catalogue.ts";
import { catalogueOf, readOriginalFact, recordOriginalFact } from "../original-values.ts";
import { viewsInTheWay } from "../status/admit-our-labels.ts";
import { viewsOn } from "../views.ts";
import { noteMomentOfAlter } from "./activity.ts";
import { isZone, unknownZone } from "./times.ts";

/** The columns of the existing product that hold times. */
export const TIME_COLUMNS: Readonly<Record<string, readonly string[]>> = {
	student_responses: ["created_at", "completed_at", "last_activity"],
	pages: ["created_at"],
	questions: ["created_at"],
	feedbacks: ["created_at"],
	assessment_scores: ["calculated_at", "last_updated"],
	admins: ["created_at"],
	categories: ["created_at"],
	import_logs: ["imported_at"],
	question_pool: ["created_at", "updated_at"],
	question_page_assignments: ["assigned_at"],
};

type OriginalColumns = { columns: readonly string[]; zone: string };

const WITHOUT_ZONE = "timestamp without time zone";

function naiveColumns(catalogue: SystemCatalogue, table: string): string[] {
	const columns = catalogue.get(table)?.columns;
	return (TIME_COLUMNS[table] ?? []).filter(
		// With a precision it is written `timestamp(3) without time zone`.
		(name) => columns?.get(name)?.declared.replace(/\(\d\)/, "") === WITHOUT_ZONE,
	);
}

/**
 * In a session whose zone is UTC the change of type is a change of the catalogue; any other zone rewrites
 * every row.
 */
function using(column: string, zone: string): string {
	return zone === "UTC" ? "" : ` USING ${column} AT TIME ZONE '${zone.replaceAll("'", "''")}'`;
}

function zoned(table: string): Step {
	const fact = `times_of_${table}`;
	const zone: Task = {
		name: `zone_${fact}`,
		version: 1,
		async run(tx, context) {
			const { dialect, decisions, report } = context;
			const columns = naiveColumns(await catalogueOf(tx, dialect), table);
			const { assume_timezone } = decisions;
			await recordOriginalFact(tx, dialect, fact, {
				columns,
				zone: assume_timezone,
			} satisfies OriginalColumns);
			if (columns.includes("last_activity") && assume_timezone !== "UTC") {
				await noteMomentOfAlter(tx, context, assume_timezone);
			}
			const changes = columns.map(
				(column) => `ALTER COLUMN ${column} TYPE timestamp with time zone${using(column, assume_timezone)}`,
			);
			await sql.raw(`ALTER TABLE ${table} ${changes.join(", ")}`).execute(tx);
			report(`${fact}: ${columns.join(", ")} had no zone and are now read as ${assume_timezone}`);
		},
	};
	const unzone: Task = {
		name: `unzone_${fact}`,
		version: 1,
		async run(tx, { dialect }) {
			const found = (await readOriginalFact(tx, dialect, fact)) as OriginalColumns | undefined;
			if (!found) return;
			const changes = found.columns.map(
				(column) => `ALTER COLUMN ${column} TYPE ${WITHOUT_ZONE}${using(column, found.zone)}`,
			);
			await sql.raw(`ALTER TABLE ${table} ${changes.join(", ")}`).execute(tx);
		},
	};
	return {
		id: fact,
		mode: "whole",
		only: "postgres",
		about: `gives the times of ${table} that were stored without a zone one`,
		probe: { rows: (db, context, catalogue) => probe(db, context, catalogue, table) },
		locks: [{ table, mode: "AccessExclusiveLock" }],
		changes: { columns: (TIME_COLUMNS[table] ?? []).map((column) => `${table}.${column}`) },
		rewrites: ({ assume_timezone }: Decisions) => assume_timezone !== "UTC",
		actions: { sqlite: [], postgres: [zone] },
		undo: { sqlite: [], postgres: [unzone] },
	};
}

async function probe(
	db: Kysely<LedgerSchema>,
	{ decisions }: StepContext,
	catalogue: SystemCatalogue,
	table: string,
): Promise<Probe> {
	const columns = naiveColumns(catalogue, table);
	if (columns.length === 0) return "done";
	if (!isZone(decisions.assume_timezone)) return unknownZone(decisions.assume_timezone);
	const views = await viewsOn(db, table, columns);
	return views.length > 0 ? viewsInTheWay(views, columns.join(", ")) : "todo";
}

export const timeColumns: readonly Step[] = Object.keys(TIME_COLUMNS).map(zoned);
