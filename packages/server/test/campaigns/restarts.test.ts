import { expect, test } from "vitest";
import { runRestarts } from "./faults/database-crashes.ts";

test("PostgreSQL may crash under load: nothing acknowledged is lost and the server heals within ten seconds", {
	timeout: 240_000,
}, async () => {
	const figures = await runRestarts({ restarts: 3, seed: 8 });
	expect(figures, "seed 8").toMatchObject({ rounds: 3, lost: 0, torn: 0, corrupt: 0, complaints: [] });
	expect(figures.longest_recovery_ms).toBeLessThan(10_000);
});
