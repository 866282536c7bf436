import { type ChildProcess, fork } from "node:child_process";
import type { Engine } from "../simulated-server.ts";
import { addTo } from "./happenings.ts";
import { type Figures, noFigures } from "./run.ts";

/** What a player tells: its figures so far, or that a schedule ended wrong. */
export type Told = { kind: "figures"; figures: Figures } | { kind: "failed"; seed: number; message: string };

export type Failed = Extract<Told, { kind: "failed" }>;

type Listener = { onProgress: (figures: Figures) => void; onFailure: (failure: Failed) => void };

const PLAYER = new URL("./player.ts", import.meta.url);
/** What lives for one schedule then dies young, which halves the collector's work. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

/**
 * Plays schedules in processes of their own, a range in each. Those that end wrong are told, and the next one
 * is played.
 * @returns the figures of all together
 */
export async function playInJobs(
	wanted: { engine: Engine; seed: number; schedules: number; jobs: number },
	{ onProgress, onFailure }: Listener,
): Promise<Figures> {
	const { engine, seed, schedules, jobs } = wanted;
	const latest: Figures[] = [];
	const players: ChildProcess[] = [];
	const play = (job: number) => {
		const [from, to] = [job, job + 1].map((share) => Math.floor((schedules * share) / jobs)) as [
			number,
			number,
		];
		const words = [engine, String(seed + from), String(to - from)];
		const player = fork(PLAYER, words, { execArgv: NODE_OPTIONS });
		players.push(player);
		player.on("message", (told: Told) => {
			if (told.kind === "figures") {
				latest[job] = told.figures;
				onProgress(sum(latest));
			} else onFailure(told);
		});
		return new Promise<void>((resolve, reject) => {
			player.on("exit", (code) => {
				if (code === 0) resolve();
				else reject(new Error(`The process that played from schedule ${seed + from} on ended with ${code}.`));
			});
		});
	};
	try {
		await Promise.all(Array.from({ length: jobs }, (_, job) => play(job)));
	} finally {
		for (const player of players) player.kill();
	}
	return sum(latest);
}

function sum(all: readonly (Figures | undefined)[]): Figures {
	const total = noFigures();
	for (const one of all) {
		if (!one) continue;
		total.schedules += one.schedules;
		total.answers += one.answers;
		total.kept += one.kept;
		total.windows += one.windows;
		addTo(total.happened, one.happened);
	}
	return total;
}
