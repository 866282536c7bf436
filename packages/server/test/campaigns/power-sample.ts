import { expect, test } from "vitest";
import { whyNoPowerCuts } from "./a-disk.ts";
import { NOTHING_WRONG } from "./faults/figures.ts";
import { type PowerOptions, runPowerCuts } from "./faults/power-cuts.ts";

const why = whyNoPowerCuts();
const notRun = why ? ` (not run: ${why})` : "";

/**
 * Each engine has a test file of its own, so that both of Vitest's workers are busy. More cuts, and
 * libeatmydata as another control arm: npm run campaign:power.
 */
export function testPowerCuts({
	engine,
	cuts,
	arm,
}: Required<Pick<PowerOptions, "engine" | "cuts" | "arm">>): void {
	test.skipIf(why !== null)(
		`after each of ${cuts} power cuts everything acknowledged before it is there${notRun}`,
		{ timeout: 900_000 },
		async () => {
			const figures = await runPowerCuts({ engine, cuts, seed: 6 });
			expect(figures, "seed 6").toMatchObject({ rounds: cuts, ...NOTHING_WRONG });
			expect(figures.acknowledged).toBeGreaterThan(10 * cuts);
		},
	);

	test.skipIf(why !== null)(`${arm} would be found out${notRun}`, { timeout: 120_000 }, async () => {
		const figures = await runPowerCuts({ engine, cuts: 4, seed: 7, arm, stops_at_loss: true });
		expect(figures.lost, "seed 7").toBeGreaterThan(0);
	});
}
