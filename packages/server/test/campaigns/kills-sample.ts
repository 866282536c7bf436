import { expect, test } from "vitest";
import type { Engine } from "./environment/campaign-database.ts";
import { weakenedServer } from "./environment/server-process.ts";
import { NOTHING_WRONG } from "./faults/figures.ts";
import { runKills } from "./faults/kills.ts";

// More kills: npm run campaign:kills. docs/evidence/crashes.md has the figures.
const KILLS = 120;

/** Each engine has a test file of its own, so that both of Vitest's workers are busy. */
export function testKills(engine: Engine): void {
	test(`after each of ${KILLS} kills everything acknowledged is there, and nothing half`, {
		timeout: 900_000,
	}, async () => {
		const figures = await runKills({ engine, kills: KILLS, seed: 4 });
		expect(figures, "seed 4").toMatchObject({ rounds: KILLS, ...NOTHING_WRONG });
		expect(figures.acknowledged).toBeGreaterThan(10 * KILLS);
		expect(figures.codes_used).toBeGreaterThan(0);
		// Requests were under way at the moment of the kill.
		expect(figures.present + figures.absent).toBeGreaterThan(KILLS);
	});

	test("a server that commits after its reply would be found out", { timeout: 120_000 }, async () => {
		const server = weakenedServer("write-behind");
		const rounds = { kills: 8, kills_a_database: 1, stops_at_loss: true } as const;
		const figures = await runKills({ engine, seed: 5, server, ...rounds });
		expect(figures.lost, "seed 5").toBeGreaterThan(0);
	});
}
