// npm run campaign:model -- --operations 1000000 --seed 1 [--engines sqlite,postgres] [--jobs 2]
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { addTotals, type ModelTotals, newTotals } from "./model/model-run.ts";
import { REQUIRED } from "./model/required-transitions.ts";
import { runModel } from "./model/run-model.ts";
import type { Engine } from "./simulated-server.ts";

/** The distance between the first seeds of two workers. Each worker counts its seeds up from its first. */
const SEEDS_A_WORKER = 1_000_000;

const { values } = parseArgs({
	options: {
		operations: { type: "string", default: "1000000" },
		seed: { type: "string", default: "1" },
		engines: { type: "string", default: "sqlite,postgres" },
		jobs: { type: "string", default: String(availableParallelism()) },
	},
});
const operations = Number(values.operations);
const seed = Number(values.seed);
const jobs = Number(values.jobs);

if (process.send) await runWorker();
else await runCampaign();

/** Runs the share of one worker process, which reports after each bundle of runs. */
async function runWorker(): Promise<void> {
	// The databases are deleted when the process exits.
	process.once("SIGTERM", () => process.exit(1));
	const engines = values.engines.split(",") as Engine[];
	try {
		await runModel({ engines, seed, operations, onProgress: (totals) => process.send?.(totals) });
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	}
	process.disconnect();
}

/** Starts the workers, adds up their totals, and stops all of them at the first difference. */
async function runCampaign(): Promise<void> {
	const began = performance.now();
	const secondsNow = () => (performance.now() - began) / 1000;
	const totals_by_worker = new Map<ChildProcess, ModelTotals>();
	let reported = 0;
	const reportProgress = () => {
		const { operations: done } = sumOf(totals_by_worker.values());
		if (done - reported < 20_000) return;
		reported = done;
		console.log(`${done} operations, ${Math.round(secondsNow())} s`);
	};
	const ends = Array.from({ length: jobs }, (_, job) => {
		const share = ["--operations", String(Math.ceil(operations / jobs)), "--engines", values.engines];
		const child = fork(import.meta.filename, [...share, "--seed", String(seed + job * SEEDS_A_WORKER)], {
			serialization: "advanced",
		});
		totals_by_worker.set(child, newTotals());
		child.on("message", (totals) => {
			totals_by_worker.set(child, totals as ModelTotals);
			reportProgress();
		});
		return new Promise<boolean>((resolve) => {
			child.once("exit", (code) => {
				if (code !== 0) for (const other of totals_by_worker.keys()) other.kill();
				resolve(code === 0);
			});
		});
	});
	const isWell = (await Promise.all(ends)).every((ended) => ended);
	process.exitCode = report(sumOf(totals_by_worker.values()), secondsNow(), isWell) ? 0 : 1;
}

function sumOf(totals_by_worker: Iterable<ModelTotals>): ModelTotals {
	const sum = newTotals();
	for (const totals of totals_by_worker) addTotals(sum, totals);
	return sum;
}

function report(totals: ModelTotals, seconds: number, isWell: boolean): boolean {
	console.log(table(totals));
	console.log(
		`${totals.operations} operations in ${totals.requests} requests on ${values.engines}, seed ${seed}, ${jobs} processes, ` +
			`${Math.round(seconds)} s, ${Math.round(totals.operations / seconds)} operations a second: ` +
			(isWell ? "nothing differed." : "stopped at a difference."),
	);
	if (!isWell) return false;
	const least = Math.floor(operations / 1000);
	const rare = REQUIRED.filter((transition) => (totals.transitions.get(transition) ?? 0) < least);
	if (rare.length > 0) console.log(`Too rare, less than ${least} times: ${rare.join("; ")}`);
	return rare.length === 0;
}

/** Formats all transitions by name. A star marks the required ones. */
function table({ transitions }: ModelTotals): string {
	const rows = [...transitions].sort(([a], [b]) => a.localeCompare(b));
	return rows
		.map(([name, times]) => `${String(times).padStart(9)} ${REQUIRED.includes(name) ? "*" : " "} ${name}`)
		.join("\n");
}
