import { type ChildProcess, fork } from "node:child_process";
import { addTo } from "./happenings.ts";
import { type Figures, noFigures } from "./run.ts";

/** What a player tells: its figures so far, or that a schedule ended wrong. */
export type Told = { kind: "figures"; figures: Figures } | { kind: "failed"; seed: number; message: string };

export type Played = { figures: Figures; failure: Extract<Told, { kind: "failed" }> | null };

const PLAYER = new URL("./player.ts", import.meta.url);
/** What lives for one schedule then dies young, which halves the collector's work. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

/**
 * Plays schedules in processes of their own, a range in each. The first schedule that ends wrong ends them all.
 * @param onProgress hears the figures of all together
 */
export async function playInJobs(
	wanted: { seed: number; schedules: number; jobs: number },
	onProgress: (figures: Figures) => void,
): Promise<Played> {
	const { seed, schedules, jobs } = wanted;
	const latest: Figures[] = [];
	const players: ChildProcess[] = [];
	let failure: Played["failure"] = null;
	const play = (job: number) => {
		const [from, to] = [job, job + 1].map((share) => Math.floor((schedules * share) / jobs)) as [
			number,
			number,
		];
		const player = fork(PLAYER, [String(seed + from), String(to - from)], { execArgv: NODE_OPTIONS });
		players.push(player);
		player.on("message", (told: Told) => {
			if (told.kind === "figures") {
				latest[job] = told.figures;
				onProgress(sum(latest));
			} else if (!failure) {
				failure = told;
				for (const other of players) other.kill();
			}
		});
		return new Promise<void>((resolve, reject) => {
			player.on("exit", (code) => {
				if (code === 0 || failure) resolve();
				else reject(new Error(`The process that played from schedule ${seed + from} on ended with ${code}.`));
			});
		});
	};
	try {
		await Promise.all(Array.from({ length: jobs }, (_, job) => play(job)));
	} finally {
		for (const player of players) player.kill();
	}
	return { figures: sum(latest), failure };
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
