import { sql } from "kysely";
import { LEDGER } from "../../db/schema.ts";
import { OperatorError } from "../../operator-error.ts";
import { findRow, readLedger } from "../ledger/ledger.ts";
import type { Origin } from "../ledger/ledger-schema.ts";
import type { BatchesStep, Migration, Tx } from "../migration.ts";
import { runRecorded } from "./recorded-step.ts";
import { pauseBetweenSteps, type Run } from "./run-context.ts";
import { RangeFailed } from "./step-failed.ts";
import { withLockRetry } from "./with-lock-retry.ts";

const ROW_LOCK_TIMEOUT_MS = 2000;

export async function applyBatches(
	run: Run,
	migration: Migration,
	step: BatchesStep,
): Promise<Origin | null> {
	const origin = await runRecorded(run, migration, step, (tx) => beginBatches(tx, migration, step));
	if (!origin) return null;
	while (!(await oneBatch(run, migration, step)));
	return origin;
}

/** Sets the range of keys, unless an earlier run has set it and was interrupted. */
async function beginBatches(tx: Tx, migration: Migration, step: BatchesStep): Promise<void> {
	const { table, key } = step.batches;
	const row = findRow(await readLedger(tx), migration.number, step.id);
	if (row?.cursor != null) return;
	const { rows } = await sql<{ first: number | null; last: number | null }>`
		SELECT min(${sql.ref(key)}) AS first, max(${sql.ref(key)}) AS last FROM ${sql.table(table)}`.execute(tx);
	const { first, last } = rows[0] ?? { first: null, last: null };
	if (first === null || last === null) return;
	await tx
		.updateTable(LEDGER)
		.set({ cursor: first - 1, target: last })
		.where("migration", "=", migration.number)
		.where("step", "=", step.id)
		.execute();
}

/** One range, with how far it came, in one transaction. @returns whether it was the last */
async function oneBatch(run: Run, migration: Migration, step: BatchesStep): Promise<boolean> {
	await run.assertLockHeld();
	const started = performance.now();
	const where = { migration: migration.number, step: step.id };
	let reached = "";
	const transaction = withLockRetry(run, where, ROW_LOCK_TIMEOUT_MS, async (tx) => {
		const began = performance.now();
		const row = findRow(await readLedger(tx), migration.number, step.id);
		if (row?.cursor == null || row.target == null) return null;
		const { table, key, size } = step.batches;
		const { rows } = await sql<{ to: number | null; n: number }>`
			SELECT max(k) AS "to", count(*) AS n FROM (
				SELECT ${sql.ref(key)} AS k FROM ${sql.table(table)}
				WHERE ${sql.ref(key)} > ${row.cursor} ORDER BY ${sql.ref(key)} LIMIT ${sql.lit(size)}) AS n`.execute(
			tx,
		);
		const to = Math.min(rows[0]?.to ?? row.target, row.target);
		reached = `among the ${Number(rows[0]?.n ?? 0)} rows with ${key} from ${row.cursor + 1} to ${to}`;
		await step.batches.run(tx, { from: row.cursor, to }, run.context);
		const isLast = to >= row.target;
		await tx
			.updateTable(LEDGER)
			.set({
				cursor: isLast ? null : to,
				target: isLast ? null : row.target,
				duration_ms: row.duration_ms + Math.round(performance.now() - began),
			})
			.where("migration", "=", migration.number)
			.where("step", "=", step.id)
			.execute();
		return isLast ? null : { done: to, total: row.target };
	});
	const progress = await transaction.catch((error: unknown) => {
		throw error instanceof OperatorError ? error : new RangeFailed(reached, error);
	});
	if (progress) await run.onProgress({ ...where, at: progress });
	await pauseBetweenSteps(run, performance.now() - started);
	return progress === null;
}
