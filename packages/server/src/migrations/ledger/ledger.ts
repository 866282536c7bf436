import { createHash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { DatabaseDialect } from "../../db/dialect.ts";
import { KEPT, LEDGER } from "../../db/schema.ts";
import type { Action, Step } from "../migration.ts";
import type { LedgerRow, LedgerSchema } from "./ledger-schema.ts";

/** Creates the ledger; any number of processes may do so at once. */
export async function createLedger(db: Kysely<LedgerSchema>, dialect: DatabaseDialect): Promise<void> {
	const time = dialect.name === "sqlite" ? "TEXT" : "TIMESTAMP WITH TIME ZONE";
	await db.transaction().execute(async (trx) => {
		// Two processes that create one table at once would otherwise meet in PostgreSQL's own catalogue.
		if (dialect.name === "postgres") await sql`SELECT pg_advisory_xact_lock(${CREATING})`.execute(trx);
		await sql`
			CREATE TABLE IF NOT EXISTS ${sql.table(LEDGER)} (
				migration INTEGER NOT NULL,
				step TEXT NOT NULL,
				origin TEXT NOT NULL CHECK (origin IN ('applied', 'adopted', 'resumed')),
				checksum TEXT NOT NULL,
				applied_at ${sql.raw(time)} NOT NULL,
				duration_ms INTEGER NOT NULL,
				PRIMARY KEY (migration, step)
			)`.execute(trx);
		for (const column of ["cursor", "target"]) {
			// A ledger of an earlier CaRhythm lacks them.
			if (!(await hasColumn(trx, dialect, column))) {
				await sql`ALTER TABLE ${sql.table(LEDGER)} ADD COLUMN ${sql.ref(column)} BIGINT`.execute(trx);
			}
		}
		await sql`
			CREATE TABLE IF NOT EXISTS ${sql.table(KEPT)} (
				table_name TEXT NOT NULL PRIMARY KEY,
				migration INTEGER NOT NULL,
				kept_at ${sql.raw(time)} NOT NULL,
				"rows" BIGINT NOT NULL
			)`.execute(trx);
	});
}

const CREATING = 1_669_000_001;

async function hasColumn(
	db: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	column: string,
): Promise<boolean> {
	const { rows } =
		dialect.name === "sqlite"
			? await sql`SELECT 1 FROM pragma_table_info(${LEDGER}) WHERE name = ${column}`.execute(db)
			: await sql`
				SELECT 1 FROM information_schema.columns
				WHERE table_schema = current_schema() AND table_name = ${LEDGER} AND column_name = ${column}`.execute(
					db,
				);
	return rows.length > 0;
}

/** Every row of the ledger; none where there is no ledger. */
export async function readLedger(db: Kysely<LedgerSchema>): Promise<LedgerRow[]> {
	return db.selectFrom(LEDGER).selectAll().orderBy("applied_at").execute();
}

/** The row of one step. */
export function findRow(ledger: readonly LedgerRow[], migration: number, step: string): LedgerRow | null {
	return ledger.find((row) => row.migration === migration && row.step === step) ?? null;
}

/** SHA-256 over what a step does on both databases; the layout of the SQL does not count. */
export function checksum(step: Step): string {
	const hash = createHash("sha256")
		.update(JSON.stringify(contentOf(step)))
		.digest("hex");
	return `2:${hash}`;
}

/** Whether a step still says what it said when it was applied. The first releases' ledgers cannot tell. */
export function isEdited(step: Step, row: LedgerRow): boolean {
	return row.checksum.startsWith("2:") && row.checksum !== checksum(step);
}

function contentOf(step: Step): unknown {
	switch (step.mode) {
		case "whole":
			return [step.actions.sqlite.map(plain), step.actions.postgres.map(plain)];
		case "index":
			return step.index;
		case "batches":
			return [step.batches.table, step.batches.key, step.batches.version];
	}
}

function plain(action: Action): unknown {
	if (typeof action === "string") return action.trim().replace(/\s+/g, " ");
	return "set_default" in action
		? action
		: [action.name, action.version, action.sql?.trim().replace(/\s+/g, " ")];
}
