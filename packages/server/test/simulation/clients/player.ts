// One process of the campaign: see jobs.ts.
import type { Told } from "./jobs.ts";
import { runClients, ScheduleFailed } from "./run.ts";

const [seed, schedules] = process.argv.slice(2).map(Number) as [number, number];
const TOLD_EVERY = 100;

// Without somebody to tell there is nothing to play for.
process.on("disconnect", () => process.exit(1));
try {
	const figures = await runClients({
		seed,
		schedules,
		onProgress: (soFar) => {
			if (soFar.schedules % TOLD_EVERY === 0) void tell({ kind: "figures", figures: soFar });
		},
	});
	await tell({ kind: "figures", figures });
} catch (error) {
	if (!(error instanceof ScheduleFailed)) throw error;
	await tell({ kind: "failed", seed: error.seed, message: error.message });
}
process.removeAllListeners("disconnect");
process.disconnect();

function tell(told: Told): Promise<void> {
	return new Promise((resolve) => process.send?.(told, () => resolve()));
}
