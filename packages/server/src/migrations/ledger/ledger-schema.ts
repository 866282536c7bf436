import { KEPT, LEDGER, type Schema } from "../../db/schema.ts";

/** What runs have to know of earlier ones beside the ledger; created when there is something to note. */
export const NOTES = "migration_notes";

/** Tables in which migrations keep their own record, and what they keep for an undo. */
export function isBookkeeping(table: string): boolean {
	return [LEDGER, KEPT, NOTES].includes(table) || table.startsWith("undo_");
}

/** `adopted`: found already there. `resumed`: applied by a run that went on where an earlier one had ended. */
export type Origin = "applied" | "adopted" | "resumed";

export type LedgerRow = {
	migration: number;
	step: string;
	origin: Origin;
	checksum: string;
	applied_at: string;
	duration_ms: number;
	/** How far the ranges of a step came that is under way; null when it is done. */
	cursor: number | null;
	/** The last key that a step under way has to reach. */
	target: number | null;
};

type KeptRow = { table_name: string; migration: number; kept_at: string; rows: number };

/** The database as the runner sees it. */
export type LedgerSchema = Schema & { migration_ledger: LedgerRow; migration_kept: KeptRow };
