// One worker process of campaign:clients: see worker-pool.ts.
import type { Engine } from "../simulated-server.ts";
import { runClients } from "./run-clients.ts";
import type { WorkerMessage } from "./worker-pool.ts";

const [engine, seed, schedules] = process.argv.slice(2) as [Engine, string, string];
const SCHEDULES_A_REPORT = 100;

// A worker without its campaign has nobody to report to.
process.on("disconnect", () => process.exit(1));
// The database is deleted when the process exits.
process.once("SIGTERM", () => process.exit(1));
const totals = await runClients({
	engine,
	seed: Number(seed),
	schedules: Number(schedules),
	onProgress: (soFar) => {
		if (soFar.schedules % SCHEDULES_A_REPORT === 0) void report({ kind: "progress", totals: soFar });
	},
	onFailure: (failure) => void report({ kind: "failed", seed: failure.seed, message: failure.message }),
});
await report({ kind: "progress", totals });
process.removeAllListeners("disconnect");
process.disconnect();

function report(message: WorkerMessage): Promise<void> {
	return new Promise((resolve) => process.send?.(message, () => resolve()));
}
