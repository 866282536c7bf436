import { expect, test } from "vitest";
import { REQUIRED } from "./model/required.ts";
import { runModel } from "./model/run.ts";

// Larger, with a seed of your choice, and each transition a thousand times in a million: npm run campaign:model -- --seed 1

const SEED = 2028;
/** Operations of a sync count each by itself. SQLite and PostgreSQL are in lock-step in the first, which costs three times as much. */
const IN_LOCK_STEP = 5000;
const ON_SQLITE = 45_000;

test("whatever is asked of sessions, both databases do what the contract says", async () => {
	const tally = await runModel({ engines: ["sqlite", "postgres"], seed: SEED, operations: IN_LOCK_STEP });
	expect(tally.operations).toBeGreaterThanOrEqual(IN_LOCK_STEP);
}, 240_000);

test("whatever is asked of sessions, every transition is taken and comes out as the contract says", async () => {
	const { transitions } = await runModel({ engines: ["sqlite"], seed: SEED + 1000, operations: ON_SQLITE });
	expect(REQUIRED.filter((transition) => !transitions.has(transition))).toEqual([]);
}, 240_000);

test("the model notices when a repeated request comes under a new id", async () => {
	let last = 0;
	const renamed = (path: string, body: unknown) => {
		if (!path.endsWith("/submit")) return body;
		last += 1;
		return {
			...(body as object),
			submission_id: `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`,
		};
	};
	const run = runModel({ engines: ["sqlite"], seed: SEED, operations: 5000, sabotage: renamed });
	await expect(run).rejects.toThrow(/Counterexample/);
}, 120_000);

test("the model notices an answer that gets lost on its way", async () => {
	const losing = (path: string, body: unknown) =>
		path.endsWith("/sync")
			? { ...(body as object), operations: (body as { operations: unknown[] }).operations.slice(0, 10) }
			: body;
	const run = runModel({ engines: ["sqlite"], seed: SEED, operations: 5000, sabotage: losing });
	await expect(run).rejects.toThrow(/Counterexample/);
}, 120_000);
