import { type ChildProcess, fork } from "node:child_process";
import type { Engine } from "../simulated-server.ts";
import { addCounts } from "./environment/event-counts.ts";
import { type ClientTotals, noTotals } from "./run-clients.ts";

/** What a worker reports: its totals so far, or a schedule that failed. */
export type WorkerMessage =
	| { kind: "progress"; totals: ClientTotals }
	| { kind: "failed"; seed: number; message: string };

export type FailedSchedule = Extract<WorkerMessage, { kind: "failed" }>;

type ProgressListener = {
	onProgress: (totals: ClientTotals) => void;
	onFailure: (failure: FailedSchedule) => void;
};

const WORKER = new URL("./worker.ts", import.meta.url);
/** With this much room, what one schedule allocates dies young, which halves the garbage collector's work. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

/**
 * Runs schedules in worker processes, a range in each. A schedule that fails is reported, and the next one
 * runs.
 * @returns the totals of all workers
 */
export async function runInWorkers(
	wanted: { engine: Engine; seed: number; schedules: number; jobs: number },
	{ onProgress, onFailure }: ProgressListener,
): Promise<ClientTotals> {
	const { engine, seed, schedules, jobs } = wanted;
	const latest: ClientTotals[] = [];
	const workers: ChildProcess[] = [];
	const start = (job: number) => {
		const [from, to] = [job, job + 1].map((share) => Math.floor((schedules * share) / jobs)) as [
			number,
			number,
		];
		const args = [engine, String(seed + from), String(to - from)];
		const worker = fork(WORKER, args, { execArgv: NODE_OPTIONS });
		workers.push(worker);
		worker.on("message", (message: WorkerMessage) => {
			if (message.kind === "progress") {
				latest[job] = message.totals;
				onProgress(sum(latest));
			} else onFailure(message);
		});
		return new Promise<void>((resolve, reject) => {
			worker.on("exit", (code) => {
				if (code === 0) resolve();
				else reject(new Error(`The worker that began with schedule ${seed + from} ended with ${code}.`));
			});
		});
	};
	try {
		await Promise.all(Array.from({ length: jobs }, (_, job) => start(job)));
	} finally {
		for (const worker of workers) worker.kill();
	}
	return sum(latest);
}

function sum(all: readonly (ClientTotals | undefined)[]): ClientTotals {
	const total = noTotals();
	for (const one of all) {
		if (!one) continue;
		total.schedules += one.schedules;
		total.answers += one.answers;
		total.durable += one.durable;
		total.windows += one.windows;
		addCounts(total.events, one.events);
	}
	return total;
}
