import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Database } from "../../db/dialect.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { StepContext } from "../migration.ts";

/** Where a run is. */
export type MigrationProgress = { migration: number; step: string } & (
	| { at: { action: number } }
	/** How much of a step's range of keys is done. */
	| { at: { done: number; total: number } }
	/** Others hold a lock that the step needs; it tries again without making anybody wait. */
	| { at: "waiting" }
	| { at: "committed" }
);

/** Told where a run is. What it returns is waited for. */
export type OnProgress = (progress: MigrationProgress) => void | Promise<void>;

/** One run over a database. */
export type Run = {
	database: Database;
	context: StepContext;
	onProgress: OnProgress;
	/** Migrations that had steps in the ledger before this run. */
	begunBefore: ReadonlySet<number>;
	/** Whether the database was empty before this run: then nothing can have been found there. */
	isNew: boolean;
	/** Whether there are rows, and therefore perhaps people who work with them meanwhile. */
	isLive: boolean;
	/** Fails when the lock on the migrations is lost. */
	assertLockHeld: () => Promise<void>;
};

/** The database as the runner sees it. */
export function ledgerOf(database: Database): Kysely<LedgerSchema> {
	return database.db.withTables<Pick<LedgerSchema, "migration_ledger" | "migration_kept">>();
}

/**
 * Lets the writers of an SQLite file have their turn: they do not queue, but look again after pauses of their
 * own, and would find the lock taken each time if one transaction followed upon the other.
 */
export async function pauseBetweenSteps(run: Run, took: number): Promise<void> {
	if (!run.isLive || run.database.dialect.name !== "sqlite") return;
	await sleep(Math.min(SHORTEST_PAUSE_MS + 2 * took, LONGEST_PAUSE_MS));
}

const SHORTEST_PAUSE_MS = 10;
/** A writer that has waited for long looks again every 100 ms. */
const LONGEST_PAUSE_MS = 150;
