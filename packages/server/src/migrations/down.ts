import { sql } from "kysely";
import type { Database } from "../db/dialect.ts";
import { LEDGER } from "../db/schema.ts";
import { OperatorError } from "../operator-error.ts";
import { createLedger, findRow, readLedger } from "./ledger/ledger.ts";
import type { LedgerSchema } from "./ledger/ledger-schema.ts";
import { withMigrationLock } from "./lock/lock.ts";
import type { Migration, Step, StepContext } from "./migration.ts";
import { requireMigrated } from "./refusals.ts";
import { stepContextOf, stepsOf } from "./runner.ts";
import { performActions, probeStep } from "./steps/recorded-step.ts";
import { ledgerOf, type OnProgress } from "./steps/run-context.ts";
import { StepFailed } from "./steps/step-failed.ts";
import { dropKept, listKept } from "./steps/undo-tables.ts";
import { LOCK_TIMEOUT_MS, withLockRetry } from "./steps/with-lock-retry.ts";
import { readSystemCatalogue } from "./system-catalogue/read-catalogue.ts";
import { migrations } from "./versions/list.ts";

export type DownOptions = {
	/** The migration that is the newest afterwards. */
	to: number;
	onProgress?: OnProgress;
	onWait?: () => void;
};

/** `undone` are steps, the newest first. `kept` says in plain words where what they held is kept. */
export type DownOutcome = { undone: readonly { migration: number; step: string }[]; kept: readonly string[] };

/**
 * Undoes migrations, the newest first, and loses nothing: what dropped columns and tables held stays in
 * tables of its own, and the next {@link migrateUp} brings it back. It may be killed at any moment and
 * started again.
 * @throws OperatorError `refused` for a database that was never migrated, or by another version
 */
export async function migrateDown(database: Database, options: DownOptions): Promise<DownOutcome> {
	await requireMigrated(database);
	return withMigrationLock(
		database,
		(assertLockHeld) => runDown(database, options, assertLockHeld),
		options.onWait,
	);
}

/** The part of {@link migrateDown} that needs the migration lock. */
export async function runDown(
	database: Database,
	options: DownOptions,
	assertLockHeld: () => Promise<void>,
): Promise<DownOutcome> {
	// The ledger of an earlier release has no place for what is kept.
	await createLedger(ledgerOf(database), database.dialect);
	const kept: string[] = [];
	const context = await stepContextOf(database, {}, (line) => kept.push(line));
	const undone: { migration: number; step: string }[] = [];
	return database.dialect.withoutForeignKeys(async () => {
		for (const { migration, step } of stepsOf(database).reverse()) {
			if (migration.number <= options.to) break;
			await assertLockHeld();
			if (await undoStep(database, context, migration, step, options)) {
				undone.push({ migration: migration.number, step: step.id });
			}
		}
		return { undone, kept };
	});
}

/** @returns false when there was nothing of the step */
async function undoStep(
	database: Database,
	context: StepContext,
	migration: Migration,
	step: Step,
	options: DownOptions,
): Promise<boolean> {
	const onProgress = options.onProgress ?? (() => {});
	const where = { migration: migration.number, step: step.id };
	const transaction = withLockRetry({ database, onProgress }, where, LOCK_TIMEOUT_MS, async (tx) => {
		const row = findRow(await readLedger(tx), migration.number, step.id);
		if (!row) return false;
		const catalogue = await readSystemCatalogue<LedgerSchema>(tx, database.dialect.name);
		// What is dropped already needs no undoing.
		const isThere =
			typeof step.probe !== "function" || (await probeStep(step, tx, context, { catalogue, row })) === "done";
		if (isThere) {
			for (const [i, action] of (step.undo?.[database.dialect.name] ?? []).entries()) {
				await performActions({ database, context }, tx, action);
				await onProgress({ ...where, at: { action: i } });
			}
		}
		await tx
			.deleteFrom(LEDGER)
			.where("migration", "=", migration.number)
			.where("step", "=", step.id)
			.execute();
		return true;
	});
	const undone = await transaction.catch((error: unknown) => {
		throw error instanceof OperatorError ? error : new StepFailed(migration, step, error);
	});
	if (undone) await onProgress({ ...where, at: "committed" });
	return undone;
}

/**
 * Drops what undone migrations kept, for good.
 * @returns the tables that went, with their rows
 * @throws OperatorError `refused` as {@link migrateDown}
 */
export async function prune(database: Database): Promise<{ table_name: string; rows: number }[]> {
	await requireMigrated(database);
	const db = ledgerOf(database);
	return withMigrationLock(database, async () => {
		await createLedger(db, database.dialect);
		const kept = await listKept(db);
		const where = { migration: 0, step: "prune" };
		for (const { table_name } of kept) {
			await withLockRetry({ database, onProgress: () => {} }, where, LOCK_TIMEOUT_MS, async (tx) => {
				if (database.dialect.name === "postgres") await sql`SET LOCAL lock_timeout = '2s'`.execute(tx);
				await dropKept(tx, table_name);
			});
		}
		return kept.map(({ table_name, rows }) => ({ table_name, rows: Number(rows) }));
	});
}

/** The newest migration of this program. */
export function newestMigration(): number {
	return migrations.at(-1)?.number ?? 0;
}
