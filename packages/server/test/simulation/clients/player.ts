// One process of the campaign: see jobs.ts.
import type { Engine } from "../simulated-server.ts";
import type { Told } from "./jobs.ts";
import { runClients } from "./run.ts";

const [engine, seed, schedules] = process.argv.slice(2) as [Engine, string, string];
const TOLD_EVERY = 100;

// Without somebody to tell there is nothing to play for.
process.on("disconnect", () => process.exit(1));
// The database goes with the process.
process.once("SIGTERM", () => process.exit(1));
const figures = await runClients({
	engine,
	seed: Number(seed),
	schedules: Number(schedules),
	onProgress: (soFar) => {
		if (soFar.schedules % TOLD_EVERY === 0) void tell({ kind: "figures", figures: soFar });
	},
	onFailure: (failure) => void tell({ kind: "failed", seed: failure.seed, message: failure.message }),
});
await tell({ kind: "figures", figures });
process.removeAllListeners("disconnect");
process.disconnect();

function tell(told: Told): Promise<void> {
	return new Promise((resolve) => process.send?.(told, () => resolve()));
}
