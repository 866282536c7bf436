// npm run campaign:fuzz -- --requests 1000000 --seed 1
// Random requests to the whole app in one process, on SQLite. It ends at the first 5xx and at the first reply that
// is not in the OpenAPI document.
import { parseArgs } from "node:util";
import { type FuzzFigures, runFuzz } from "./run-fuzz.ts";

const { values } = parseArgs({
	options: {
		requests: { type: "string", default: "1000000" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
	},
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
const began = performance.now();
const TOLD_EVERY = 4;
let rounds = 0;
let most_memory_mib = 0;

function report({ requests: done, statuses }: FuzzFigures): void {
	const seconds = (performance.now() - began) / 1000;
	most_memory_mib = Math.max(most_memory_mib, Math.round(process.memoryUsage.rss() / 2 ** 20));
	rounds += 1;
	if (rounds % TOLD_EVERY !== 0 && done < requests) return;
	const a_second = Math.round(done / seconds);
	console.log(
		JSON.stringify({ requests: done, seconds: Math.round(seconds), a_second, most_memory_mib, statuses }),
	);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
console.log(`fuzz, ${requests} requests, seed ${seed}`);
try {
	await runFuzz({ requests, seed }, report);
	console.log("As it should be.");
} catch (error) {
	console.log(error instanceof Error ? error.message : error);
	console.log("Broken.");
	process.exitCode = 1;
}
