import { expect, test } from "vitest";
import { runFailovers } from "./faults/failovers.ts";
import { NOTHING_WRONG } from "./faults/figures.ts";

// More failovers: npm run campaign:failovers -- --failovers 50

test("a standby takes over under load: it has all that was acknowledged, and the server goes on with it within ten seconds", {
	timeout: 240_000,
}, async () => {
	const figures = await runFailovers({ failovers: 2, seed: 9 });
	expect(figures, "seed 9").toMatchObject({ rounds: 2, ...NOTHING_WRONG });
	expect(figures.longest_recovery_ms).toBeLessThan(10_000);
});

test("control arm: a standby that commits do not wait for is found out", { timeout: 120_000 }, async () => {
	const figures = await runFailovers({ failovers: 1, seed: 10, arm: "asynchronous-standby" });
	expect(figures.lost, "seed 10").toBeGreaterThan(0);
});
