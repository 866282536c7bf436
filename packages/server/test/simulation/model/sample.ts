import { expect } from "vitest";
import { REQUIRED } from "./required-transitions.ts";
import { runModel } from "./run-model.ts";

export const SEED = 2028;
/** Operations of a half; each operation of a sync counts. */
const OPERATIONS = 15_000;
const SEEDS_BETWEEN = 1000;

/** Runs one half of the sample of `npm test`. Two test files run in half the time on two cores. */
export async function runHalf(half: 0 | 1): Promise<void> {
	const { operations, transitions } = await runModel({
		engines: ["sqlite", "postgres"],
		seed: SEED + half * SEEDS_BETWEEN,
		operations: OPERATIONS,
	});
	expect(operations).toBeGreaterThanOrEqual(OPERATIONS);
	expect(REQUIRED.filter((transition) => !transitions.has(transition))).toEqual([]);
}
