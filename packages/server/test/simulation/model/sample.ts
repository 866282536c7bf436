import { expect } from "vitest";
import { REQUIRED } from "./required.ts";
import { runModel } from "./run.ts";

export const SEED = 2028;
/** Of a half. Operations of a sync count each by itself. */
const OPERATIONS = 25_000;
const SEEDS_BETWEEN = 1000;

/** One half of what `npm test` asks of both databases in lock-step: two files take half the time on two cores. */
export async function runHalf(half: 0 | 1): Promise<void> {
	const { operations, transitions } = await runModel({
		engines: ["sqlite", "postgres"],
		seed: SEED + half * SEEDS_BETWEEN,
		operations: OPERATIONS,
	});
	expect(operations).toBeGreaterThanOrEqual(OPERATIONS);
	expect(REQUIRED.filter((transition) => !transitions.has(transition))).toEqual([]);
}
