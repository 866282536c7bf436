import { once } from "node:events";
import { createInterface } from "node:readline";
import { startFile } from "../processes/run.ts";
import type { TestStore } from "../stores/a-store.ts";
import type { Job } from "./racer.ts";

const RACER = new URL("racer.ts", import.meta.url);

/** Processes with connections of their own to the database of a store, at the same time of day. */
export async function someRacers(store: TestStore, count: number) {
	const racers = await Promise.all(Array.from({ length: count }, () => aRacer(store)));
	return {
		/** All of them do all of it at once. @returns for each process what came of each job */
		all: (jobs: readonly Job[]) => Promise.all(racers.map((racer) => racer.run(jobs))),
		/** Each does its own part, all at once. */
		each: (jobsOf: (racer: number) => readonly Job[]) =>
			Promise.all(racers.map((racer, i) => racer.run(jobsOf(i)))),
		[Symbol.asyncDispose]: async () => {
			await Promise.all(racers.map((racer) => racer.end()));
		},
	};
}

async function aRacer(store: TestStore) {
	const { child, ended } = startFile(RACER, [store.place.address, store.now()]);
	const { stdin, stdout } = child;
	if (!stdin || !stdout) throw new Error("A racer is talked to over its input and output.");
	const lines = createInterface({ input: stdout });
	const said = async () => {
		const line = once(lines, "line").then(([text]) => String(text));
		const early = ended.then(({ stderr }) => Promise.reject(new Error(`A racer ended: ${stderr}`)));
		return Promise.race([line, early]);
	};
	await said();
	return {
		async run(jobs: readonly Job[]): Promise<unknown[]> {
			const answer = said();
			stdin.write(`${JSON.stringify(jobs)}\n`);
			return JSON.parse(await answer) as unknown[];
		},
		async end() {
			stdin.end();
			await ended;
		},
	};
}
