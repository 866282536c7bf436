// npm run campaign:model -- --operations 1000000 --seed 1 [--engines sqlite,postgres] [--jobs 2]
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { REQUIRED } from "./model/required.ts";
import { runModel } from "./model/run.ts";
import { addTally, newTally, type Tally } from "./model/world.ts";
import type { Engine } from "./simulated-server.ts";

/** How far apart the seeds of two processes begin; each takes them one after another. */
const SEEDS_OF_A_JOB = 1_000_000;

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

if (process.send) await work();
else await lead();

/** What one process does: its share, of which it tells after each bundle. */
async function work(): Promise<void> {
	// The databases go with the process.
	process.once("SIGTERM", () => process.exit(1));
	const engines = values.engines.split(",") as Engine[];
	try {
		await runModel({ engines, seed, operations, onProgress: (tally) => process.send?.(tally) });
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	}
	process.disconnect();
}

/** Shares the work out, adds up, and ends all at the first difference. */
async function lead(): Promise<void> {
	const began = performance.now();
	const secondsNow = () => (performance.now() - began) / 1000;
	const tallies = new Map<ChildProcess, Tally>();
	let told = 0;
	const tell = () => {
		const { operations: done } = sumOf(tallies.values());
		if (done - told < 20_000) return;
		told = done;
		console.log(`${done} operations, ${Math.round(secondsNow())} s`);
	};
	const ends = Array.from({ length: jobs }, (_, job) => {
		const share = ["--operations", String(Math.ceil(operations / jobs)), "--engines", values.engines];
		const child = fork(import.meta.filename, [...share, "--seed", String(seed + job * SEEDS_OF_A_JOB)], {
			serialization: "advanced",
		});
		tallies.set(child, newTally());
		child.on("message", (tally) => {
			tallies.set(child, tally as Tally);
			tell();
		});
		return new Promise<boolean>((resolve) => {
			child.once("exit", (code) => {
				if (code !== 0) for (const other of tallies.keys()) other.kill();
				resolve(code === 0);
			});
		});
	});
	const isWell = (await Promise.all(ends)).every((ended) => ended);
	process.exitCode = report(sumOf(tallies.values()), secondsNow(), isWell) ? 0 : 1;
}

function sumOf(tallies: Iterable<Tally>): Tally {
	const sum = newTally();
	for (const tally of tallies) addTally(sum, tally);
	return sum;
}

function report(tally: Tally, seconds: number, isWell: boolean): boolean {
	console.log(table(tally));
	console.log(
		`${tally.operations} operations in ${tally.requests} requests on ${values.engines}, seed ${seed}, ${jobs} processes, ` +
			`${Math.round(seconds)} s, ${Math.round(tally.operations / seconds)} operations a second: ` +
			(isWell ? "nothing differed." : "stopped at a difference."),
	);
	if (!isWell) return false;
	const least = Math.floor(operations / 1000);
	const rare = REQUIRED.filter((transition) => (tally.transitions.get(transition) ?? 0) < least);
	if (rare.length > 0) console.log(`Too seldom, less than ${least} times: ${rare.join("; ")}`);
	return rare.length === 0;
}

/** All transitions by name; a star marks those that are required. */
function table({ transitions }: Tally): string {
	const rows = [...transitions].sort(([a], [b]) => a.localeCompare(b));
	return rows
		.map(([name, times]) => `${String(times).padStart(9)} ${REQUIRED.includes(name) ? "*" : " "} ${name}`)
		.join("\n");
}
