// `npm run bench:load`: students who think, type, go away and come back, and what the server's memory does
// meanwhile. Options: --students 200 --minutes 10 --engine sqlite|postgres --think 3000 (milliseconds) --seed
// 1 --heap 64 (MB: a heap that is kept small shows what is really held, where V8 would rather grow than
// collect). Ends with 1 when a request failed.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { aPostgresDatabase } from "../src/testing/postgres/a-postgres.ts";
import { readQuestions } from "../test/campaigns/students/questions.ts";
import { chanceOf } from "../test/simulation/chance.ts";
import { type Calls, createCalls } from "./calls.ts";
import { reportMemory, watchMemory } from "./memory.ts";
import { startCarhythm, startNode } from "./processes.ts";
import { sitAtDevice } from "./simulated-student.ts";

const { values } = parseArgs({
	options: {
		students: { type: "string", default: "200" },
		minutes: { type: "string", default: "10" },
		engine: { type: "string", default: "sqlite" },
		think: { type: "string", default: "3000" },
		seed: { type: "string", default: "1" },
		heap: { type: "string" },
	},
});
const students = Number(values.students);
const minutes = Number(values.minutes);
const think_ms = Number(values.think);
const SERVER_CORE = 0;
/** The first requests compile the program and fill caches. */
const SHARE_BEFORE_MEASURING = 0.1;

const folder = mkdtempSync(join(tmpdir(), "carhythm-load-"));
try {
	console.log(
		`${cpus()[0]?.model.trim()}, Node ${process.version}, ${values.engine}, ${students} students for ${minutes} minutes, ${think_ms} ms of thought, seed ${values.seed}, load ${loadavg()[0]?.toFixed(1)}`,
	);
	if (values.engine === "postgres") {
		await using place = await aPostgresDatabase();
		await run(place.address);
	} else await run(`sqlite:${join(folder, "load.db")}`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}

async function run(database_url: string): Promise<void> {
	const ours = await startCarhythm({
		database_url,
		core: SERVER_CORE,
		env: { METRICS: "true", ...heapLimit() },
	});
	const bare = await startNode({
		args: [new URL("bare-server.ts", import.meta.url).pathname],
		core: SERVER_CORE,
		ready: /listening (\d+)/,
	});
	const base = `http://127.0.0.1:${ours.port}`;
	const calls = createCalls(base, `http://127.0.0.1:${bare.port}`);
	try {
		const questions = await readQuestions({ base });
		const memory = watchMemory(base);
		const bell = new AbortController();
		const seeds = chanceOf(Number(values.seed));
		const classroom = { calls, questions, think_ms, over: bell.signal };
		const work = Promise.all(Array.from({ length: students }, () => sitAtDevice(classroom, seeds.branch())));
		await sleep(SHARE_BEFORE_MEASURING * minutes * 60_000);
		calls.startMeasuring();
		await sleep((1 - SHARE_BEFORE_MEASURING) * minutes * 60_000);
		bell.abort();
		await work;
		const samples = await memory.stop();
		report(calls);
		reportMemory(samples);
	} finally {
		calls.close();
		await ours.stop();
		await bare.stop();
	}
}

function heapLimit(): Record<string, string> {
	return values.heap ? { NODE_OPTIONS: `--max-old-space-size=${values.heap} --max-semi-space-size=2` } : {};
}

function report(calls: Calls): void {
	const rows = calls.table();
	const total = rows.reduce((sum, { count }) => sum + count, 0);
	const seconds = (1 - SHARE_BEFORE_MEASURING) * minutes * 60;
	console.log(`\n${total} requests, ${(total / seconds).toFixed(0)} a second; times in ms`);
	const heads = ["requests", "p50", "p95", "p99", "longest", "bare p50", "p99", "ratio p50", "p99"];
	console.log(`${"".padEnd(16)}${heads.map((head) => head.padStart(10)).join("")}`);
	for (const { kind, count, ours, bare } of rows) {
		const cells = [ours.p50, ours.p95, ours.p99, ours.max].map((value) => value.toFixed(1));
		const yard = bare
			? [
					bare.p50.toFixed(1),
					bare.p99.toFixed(1),
					(ours.p50 / bare.p50).toFixed(1),
					(ours.p99 / bare.p99).toFixed(1),
				]
			: [];
		const row = [String(count), ...cells, ...yard].map((cell) => cell.padStart(10));
		console.log(`${kind.padEnd(16)}${row.join("")}`);
	}
	const failed = [...calls.problems.values()].reduce((sum, count) => sum + count, 0);
	console.log(`\nfailed: ${failed}`);
	for (const [problem, count] of calls.problems) console.log(`  ${count} × ${problem}`);
	if (failed > 0) process.exitCode = 1;
}
