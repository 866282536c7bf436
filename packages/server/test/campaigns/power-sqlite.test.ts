import { expect, test } from "vitest";
import { whyNoPowerCuts } from "./a-disk.ts";
import { NOTHING_WRONG } from "./figures.ts";
import { runPowerCuts } from "./power.ts";

// Hundreds of cuts, and libeatmydata as another control: npm run campaign:power.
const CUTS = 50;
const why = whyNoPowerCuts();
const notRun = why ? ` (not run: ${why})` : "";

test.skipIf(why !== null)(
	`after each of ${CUTS} power cuts everything acknowledged before it is there${notRun}`,
	{ timeout: 900_000 },
	async () => {
		const figures = await runPowerCuts({ engine: "sqlite", cuts: CUTS, seed: 6 });
		expect(figures).toMatchObject({ rounds: CUTS, ...NOTHING_WRONG });
		expect(figures.acknowledged).toBeGreaterThan(10 * CUTS);
	},
);

test.skipIf(why !== null)(
	`synchronous NORMAL would be found out${notRun}`,
	{ timeout: 120_000 },
	async () => {
		const figures = await runPowerCuts({
			engine: "sqlite",
			cuts: 4,
			seed: 7,
			arm: "normal",
			stops_at_loss: true,
		});
		expect(figures.lost).toBeGreaterThan(0);
	},
);
