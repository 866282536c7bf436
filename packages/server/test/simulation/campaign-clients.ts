// npm run campaign:clients -- --schedules 100000 --seed 1 [--engine postgres] [--jobs 2]
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ENGINES } from "../../src/testing/an-engine.ts";
import { HAPPENINGS } from "./clients/happenings.ts";
import { type Failed, playInJobs } from "./clients/jobs.ts";
import type { Figures } from "./clients/run.ts";

const { values } = parseArgs({
	options: {
		engine: { type: "string", default: "sqlite" },
		schedules: { type: "string", default: "100000" },
		seed: { type: "string", default: "1" },
		jobs: { type: "string", default: String(availableParallelism()) },
	},
});
const TOLD_EVERY = 5000;
const engine = ENGINES.find((one) => one === values.engine);
if (!engine) throw new Error(`There is no engine ${values.engine}, but ${ENGINES.join(" and ")}.`);
const seed = Number(values.seed);
const schedules = Number(values.schedules);
const jobs = Math.min(Number(values.jobs), schedules);
const began = performance.now();
let told = 0;

const wrong: Failed[] = [];

const figures = await playInJobs({ engine, seed, schedules, jobs }, { onProgress: tell, onFailure: note });
console.log(tableOf(figures));
if (wrong.length > 0) console.error(`${wrong.length} of ${schedules} schedules ended wrong.`);
else console.log(`From ${seed} on, on ${engine}: ${inWords(figures)}: all equal in the end.`);
process.exitCode = wrong.length > 0 ? 1 : 0;

function note(failed: Failed): void {
	wrong.push(failed);
	console.error(failed.message);
	console.error(
		`Again, alone: npm run campaign:clients -- --schedules 1 --seed ${failed.seed} --engine ${engine}`,
	);
}

function tell(soFar: Figures): void {
	if (soFar.schedules - told < TOLD_EVERY) return;
	told = soFar.schedules;
	console.log(inWords(soFar));
}

function inWords({ schedules: played, windows, answers, kept }: Figures): string {
	const seconds = Math.round((performance.now() - began) / 1000);
	return `${played} schedules, ${windows} windows, ${answers} answers (${kept} promised to be kept), ${seconds} s`;
}

function tableOf({ happened }: Figures): string {
	return HAPPENINGS.map((what) => `${String(happened[what] ?? 0).padStart(9)}  ${what}`).join("\n");
}
