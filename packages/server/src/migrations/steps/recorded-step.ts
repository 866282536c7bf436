import { type Kysely, sql } from "kysely";
import { LEDGER } from "../../db/schema.ts";
import { OperatorError } from "../../operator-error.ts";
import { checksum, findRow, readLedger } from "../ledger/ledger.ts";
import type { LedgerRow, LedgerSchema, Origin } from "../ledger/ledger-schema.ts";
import type { Action, Migration, Probe, Step, StepContext, Tx } from "../migration.ts";
import { readSystemCatalogue, type SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import type { Run } from "./run-context.ts";
import { LOCK_TIMEOUT_MS, withLockRetry } from "./with-lock-retry.ts";

/** Whether a step is there, by the look that it prescribes. */
export async function probeStep(
	step: Step,
	db: Kysely<LedgerSchema>,
	context: StepContext,
	found: { catalogue: SystemCatalogue; row: LedgerRow | null },
): Promise<Probe> {
	const recorded = found.row && found.row.cursor === null ? "done" : "todo";
	if (step.probe === "ledger") return recorded;
	const probed =
		typeof step.probe === "function"
			? step.probe(found.catalogue)
			: await step.probe.rows(db, context, found.catalogue);
	return probed === "ledger" ? recorded : probed;
}

/**
 * The frame of every change: look again, act, and enter it in the ledger, in one transaction.
 * @param act null where the change was made before
 */
export async function runRecorded(
	run: Run,
	migration: Migration,
	step: Step,
	act: ((tx: Tx) => Promise<void>) | null,
	already?: Origin,
): Promise<Origin | null> {
	const where = { migration: migration.number, step: step.id };
	return withLockRetry(run, where, LOCK_TIMEOUT_MS, async (tx) => {
		const began = performance.now();
		const row = findRow(await readLedger(tx), migration.number, step.id);
		const catalogue = await readSystemCatalogue<LedgerSchema>(tx, run.database.dialect.name);
		const probed = already ? "todo" : await probeStep(step, tx, run.context, { catalogue, row });
		if (typeof probed !== "string") throw conflict(migration, step, probed.conflict);
		if (probed === "done" && row) return null;
		const origin = already ?? originOf(probed, step, run, migration);
		const resumes = step.mode === "batches" && row?.cursor != null;
		if (!resumes) await record(run, tx, migration, step, { origin, took: 0, cursor: null, target: null });
		if (probed === "todo") await act?.(tx);
		if (step.mode !== "batches") {
			const took = performance.now() - began;
			await record(run, tx, migration, step, { origin, took, cursor: null, target: null });
		}
		return origin;
	});
}

export function originOf(probed: "done" | "todo", step: Step, run: Run, migration: Migration): Origin {
	if (probed === "done" && !run.isNew && typeof step.probe === "function") return "adopted";
	return run.begunBefore.has(migration.number) ? "resumed" : "applied";
}

/** Does one action of a step. */
export async function performActions(
	run: Pick<Run, "database" | "context">,
	tx: Tx,
	action: Action,
): Promise<void> {
	if (typeof action === "string") {
		await sql.raw(action).execute(tx);
	} else if ("set_default" in action) {
		const { table, column, expression } = action.set_default;
		run.database.dialect.setColumnDefault(table, column, expression);
	} else {
		await action.run(tx, run.context);
	}
}

async function record(
	run: Run,
	tx: Tx,
	migration: Migration,
	step: Step,
	{ origin, took, cursor, target }: { origin: Origin; took: number } & Pick<LedgerRow, "cursor" | "target">,
): Promise<void> {
	const row = {
		origin,
		checksum: checksum(step),
		applied_at: sql<string>`${sql.raw(run.database.dialect.now)}`,
		duration_ms: Math.round(took),
		cursor,
		target,
	};
	await tx
		.insertInto(LEDGER)
		.values({ migration: migration.number, step: step.id, ...row })
		.onConflict((found) => found.columns(["migration", "step"]).doUpdateSet(row))
		.execute();
}

/** What stands in the way of a step. */
export function conflict(migration: Migration, step: Step, what: string): OperatorError {
	return new OperatorError(
		"conflict",
		`Migration ${migration.number} (${migration.name}) stops before its step ${step.id}: ${what}. Nothing was changed by this step.`,
	);
}
