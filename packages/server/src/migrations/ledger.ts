import { createHash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Schema } from "../db/schema.ts";
import type { Action, Step } from "./migration.ts";

export const LEDGER = "migration_ledger";

/** `adopted`: found already there. `resumed`: applied by a run that went on where an earlier one had ended. */
export type Origin = "applied" | "adopted" | "resumed";

export type LedgerRow = {
	migration: number;
	step: string;
	origin: Origin;
	checksum: string;
	applied_at: string;
	duration_ms: number;
};

/** The database as the runner sees it. */
export type LedgerSchema = Schema & { migration_ledger: LedgerRow };

/** Creates the ledger; any number of processes may do so at once. */
export async function createLedger(db: Kysely<LedgerSchema>): Promise<void> {
	await db.schema
		.createTable(LEDGER)
		.ifNotExists()
		.addColumn("migration", "integer", (column) => column.notNull())
		.addColumn("step", "text", (column) => column.notNull())
		.addColumn("origin", "text", (column) =>
			column.notNull().check(sql`origin IN ('applied', 'adopted', 'resumed')`),
		)
		.addColumn("checksum", "text", (column) => column.notNull())
		.addColumn("applied_at", "text", (column) => column.notNull())
		.addColumn("duration_ms", "integer", (column) => column.notNull())
		.addPrimaryKeyConstraint("migration_ledger_key", ["migration", "step"])
		.execute();
}

/** SHA-256 over what a step does; the layout of the SQL does not count. */
export function checksum(step: Step): string {
	const normalised = step.sqlite.map((action: Action) =>
		typeof action === "string" ? action.trim().replace(/\s+/g, " ") : action,
	);
	return createHash("sha256").update(JSON.stringify(normalised)).digest("hex");
}
