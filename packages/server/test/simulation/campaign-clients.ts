// npm run campaign:clients -- --schedules 100000 --seed 1 [--engine postgres] [--jobs 2]
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ENGINES } from "../../src/testing/stores/an-engine.ts";
import { SCENARIO_EVENTS } from "./clients/environment/event-counts.ts";
import type { ClientTotals } from "./clients/run-clients.ts";
import { type FailedSchedule, runInWorkers } from "./clients/worker-pool.ts";

const { values } = parseArgs({
	options: {
		engine: { type: "string", default: "sqlite" },
		schedules: { type: "string", default: "100000" },
		seed: { type: "string", default: "1" },
		jobs: { type: "string", default: String(availableParallelism()) },
	},
});
const SCHEDULES_A_REPORT = 5000;
const engine = ENGINES.find((one) => one === values.engine);
if (!engine) throw new Error(`There is no engine ${values.engine}, but ${ENGINES.join(" and ")}.`);
const seed = Number(values.seed);
const schedules = Number(values.schedules);
const jobs = Math.min(Number(values.jobs), schedules);
const began = performance.now();
let reported = 0;

const failures: FailedSchedule[] = [];

const totals = await runInWorkers(
	{ engine, seed, schedules, jobs },
	{ onProgress: reportProgress, onFailure: reportFailure },
);
console.log(tableOf(totals));
if (failures.length > 0) console.error(`${failures.length} of ${schedules} schedules failed.`);
else console.log(`From ${seed} on, on ${engine}: ${inWords(totals)}: no violation.`);
process.exitCode = failures.length > 0 ? 1 : 0;

function reportFailure(failed: FailedSchedule): void {
	failures.push(failed);
	console.error(failed.message);
	console.error(
		`Again, alone: npm run campaign:clients -- --schedules 1 --seed ${failed.seed} --engine ${engine}`,
	);
}

function reportProgress(soFar: ClientTotals): void {
	if (soFar.schedules - reported < SCHEDULES_A_REPORT) return;
	reported = soFar.schedules;
	console.log(inWords(soFar));
}

function inWords({ schedules: done, windows, answers, durable }: ClientTotals): string {
	const seconds = Math.round((performance.now() - began) / 1000);
	return `${done} schedules, ${windows} windows, ${answers} answers (${durable} durable), ${seconds} s`;
}

function tableOf({ events }: ClientTotals): string {
	return SCENARIO_EVENTS.map((what) => `${String(events[what] ?? 0).padStart(9)}  ${what}`).join("\n");
}
