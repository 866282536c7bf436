import { expect, test } from "vitest";
import { runModel } from "./model/run-model.ts";
import { runHalf, SEED } from "./model/sample.ts";

// A longer run that takes each transition a thousand times in a million operations: npm run campaign:model --
// --seed 1

test(
	"whatever is asked of sessions, every transition is taken and both databases do what the contract says",
	() => runHalf(0),
	900_000,
);

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
