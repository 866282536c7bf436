// `npm run bench:metrics`: single submits to a server that serves metrics, which are fetched every second,
// beside one that does not. Options: --rounds, --seconds, --connections.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drive } from "./drive.ts";
import { startCarhythm } from "./processes.ts";
import { prepare, type Scenario } from "./scenarios.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({
	options: {
		rounds: { type: "string", default: "9" },
		seconds: { type: "string", default: "3" },
		connections: { type: "string", default: "64" },
	},
});
const load = { connections: Number(values.connections), seconds: Number(values.seconds) };
const SERVER_CORE = 0;
const SCRAPE_MS = 1000;

const folder = mkdtempSync(join(tmpdir(), "carhythm-bench-"));
const [without, withMetrics] = await Promise.all([aServer(false), aServer(true)]);
try {
	const ratios: number[] = [];
	for (let round = 0; round < Number(values.rounds); round += 1) {
		// In turns of their own: whoever comes second finds another machine.
		const order = round % 2 === 0 ? [without, withMetrics] : [withMetrics, without];
		const rates = new Map<typeof without, number>();
		for (const server of order) rates.set(server, await rateOf(server));
		ratios.push((rates.get(withMetrics) ?? 0) / (rates.get(without) ?? 1));
		console.log(
			`without ${Math.round(rates.get(without) ?? 0)}, with ${Math.round(rates.get(withMetrics) ?? 0)} answers/s: ${ratios.at(-1)?.toFixed(3)}`,
		);
	}
	console.log(`median of ${ratios.length} rounds of ${load.seconds} s: ${median(ratios).toFixed(3)}`);
} finally {
	await Promise.all([without.stop(), withMetrics.stop()]);
	rmSync(folder, { recursive: true, force: true });
}

async function aServer(metrics: boolean) {
	const { port, stop } = await startCarhythm({
		database_url: `sqlite:${join(folder, `metrics-${metrics}.db`)}`,
		core: SERVER_CORE,
		env: { METRICS: String(metrics) },
	});
	const base = `http://127.0.0.1:${port}`;
	const [submits] = await prepare(base, load.connections);
	if (!submits) throw new Error("There is no scenario.");
	return { base, metrics, submits, stop };
}

async function rateOf({ base, metrics, submits }: { base: string; metrics: boolean; submits: Scenario }) {
	const scraping = setInterval(async () => {
		if (metrics) await (await fetch(`${base}/metrics`)).text();
	}, SCRAPE_MS);
	try {
		return (await drive(base, submits, load)).requests.average;
	} finally {
		clearInterval(scraping);
	}
}
