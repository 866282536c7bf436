import { OperatorError } from "../../operator-error.ts";
import type { Origin } from "../ledger/ledger-schema.ts";
import type { Migration, Step, WholeStep } from "../migration.ts";
import { applyBatches } from "./apply-batches.ts";
import { applyIndex } from "./apply-index.ts";
import { performActions, runRecorded } from "./recorded-step.ts";
import { pauseBetweenSteps, type Run } from "./run-context.ts";
import { StepFailed } from "./step-failed.ts";

/** Applies one step unless it is there. @returns null when there was nothing to do and nothing to record */
export async function applyStep(run: Run, migration: Migration, step: Step): Promise<Origin | null> {
	await run.assertLockHeld();
	const began = performance.now();
	const origin = await apply(run, migration, step).catch((error: unknown) => {
		throw error instanceof OperatorError ? error : new StepFailed(migration, step, error);
	});
	if (origin) await pauseBetweenSteps(run, performance.now() - began);
	if (origin) await run.onProgress({ migration: migration.number, step: step.id, at: "committed" });
	return origin;
}

function apply(run: Run, migration: Migration, step: Step): Promise<Origin | null> {
	switch (step.mode) {
		case "whole":
			return applyWhole(run, migration, step);
		case "index":
			return applyIndex(run, migration, step);
		case "batches":
			return applyBatches(run, migration, step);
	}
}

function applyWhole(run: Run, migration: Migration, step: WholeStep): Promise<Origin | null> {
	return runRecorded(run, migration, step, async (tx) => {
		for (const [i, action] of step.actions[run.database.dialect.name].entries()) {
			await performActions(run, tx, action);
			await run.onProgress({ migration: migration.number, step: step.id, at: { action: i } });
		}
	});
}
