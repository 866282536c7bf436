import { expect, test } from "vitest";
import { whyNoPowerCuts } from "./a-disk.ts";
import { runPowerCuts } from "./power.ts";

// Hundreds of cuts, and libeatmydata as another control: npm run campaign:power.
const NOTHING_WRONG = { rounds_with_loss: 0, lost: 0, torn: 0, corrupt: 0, complaints: [] };
const LONG = { timeout: 240_000 };
const why = whyNoPowerCuts();
const notRun = why ? ` (not run: ${why})` : "";

test.skipIf(why !== null).each([
	{ engine: "sqlite", cuts: 6, weaker: "normal" },
	{ engine: "postgres", cuts: 2, weaker: "asynchronous-commit" },
] as const)(
	`$engine: after a power cut everything acknowledged before it is there; with $weaker it is not${notRun}`,
	LONG,
	async ({ engine, cuts, weaker }) => {
		const figures = await runPowerCuts({ engine, cuts, seed: 6 });
		expect(figures).toMatchObject({ rounds: cuts, ...NOTHING_WRONG });
		const control = await runPowerCuts({ engine, cuts: 4, seed: 7, arm: weaker, stops_at_loss: true });
		expect(control.lost).toBeGreaterThan(0);
	},
);
