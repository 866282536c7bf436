import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Result } from "autocannon";
import Database from "better-sqlite3";
import { drive } from "./drive.ts";
import { firstLoad } from "./first-load.ts";
import { aBenchDatabase, pgbench } from "./postgres.ts";
import { startCarhythm, startNode } from "./processes.ts";
import { prepare, type Scenario } from "./scenarios.ts";

// Every figure is taken beside a yardstick in the same run: on a shared machine only the ratio means something.
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "5" },
		rounds: { type: "string", default: "3" },
		connections: { type: "string", default: "64" },
		engine: { type: "string", default: "sqlite" },
		only: { type: "string" },
	},
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const load = { connections, seconds };
const SERVER_CORE = 0;
const SUBMITS = "single submits";
const isWanted = ({ name }: Scenario) => values.only === undefined || name === values.only;

const folder = mkdtempSync(join(tmpdir(), "carhythm-bench-"));
try {
	console.log(
		`${cpus()[0]?.model.trim()}, Node ${process.version}, ${rounds} rounds of ${seconds} s, ${connections} connections`,
	);
	if (values.engine === "postgres") await onPostgres();
	else await onSqlite();
} finally {
	rmSync(folder, { recursive: true, force: true });
}

async function onSqlite(): Promise<void> {
	console.log(`SQLite alone: ${Math.round(commitRate())} commits/s (WAL, synchronous FULL, one row each)`);
	await compare(`sqlite:${join(folder, "bench.db")}`, isWanted);
	reportFirstLoad();
}

async function onPostgres(): Promise<void> {
	await using place = await aBenchDatabase(connections);
	const pairs: { ours: number; alone: number }[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const alone = await pgbench(place, { connections, seconds });
		const [submits] = await compare(place.address, ({ name }) => name === SUBMITS);
		pairs.push({ ours: submits?.requests.average ?? 0, alone });
	}
	pairs.sort((a, b) => a.ours / a.alone - b.ours / b.alone);
	const median = pairs[Math.floor(pairs.length / 2)] ?? { ours: 0, alone: 1 };
	console.log(
		`\npgbench, the same statements: ${Math.round(median.alone)} answers/s; single submits ${Math.round(median.ours)}: ratio ${(median.ours / median.alone).toFixed(2)}`,
	);
	if (values.only === SUBMITS) return;
	await compare(place.address, (scenario) => scenario.name !== SUBMITS && isWanted(scenario));
}

async function compare(
	database_url: string,
	wanted: (scenario: Scenario) => boolean = () => true,
): Promise<Result[]> {
	const results: Result[] = [];
	const ours = await startCarhythm({ database_url, core: SERVER_CORE });
	try {
		const base = `http://127.0.0.1:${ours.port}`;
		console.log(
			`\n${"".padEnd(18)} ${"CaRhythm".padStart(18)} ${"p50 ms".padStart(7)} ${"p99 ms".padStart(7)} ${"bare node:http".padStart(18)} ${"ratio".padStart(6)}`,
		);
		for (const scenario of (await prepare(base, connections)).filter(wanted)) {
			const result = await measure(base, scenario);
			if (result) results.push(result);
		}
	} finally {
		await ours.stop();
	}
	return results;
}

async function measure(base: string, scenario: Scenario): Promise<Result | undefined> {
	const bare = await startNode({
		args: [new URL("bare-server.ts", import.meta.url).pathname, scenario.sample_reply],
		core: SERVER_CORE,
		ready: /listening (\d+)/,
	});
	try {
		const inTurn = async () => ({
			ours: await drive(base, scenario, load),
			bare: await drive(`http://127.0.0.1:${bare.port}`, scenario, load),
		});
		// Both compile their code at first, on the core that they work on.
		await inTurn();
		const pairs: { ours: Result; bare: Result }[] = [];
		for (let round = 0; round < rounds; round += 1) pairs.push(await inTurn());
		pairs.sort((a, b) => ratio(a) - ratio(b));
		const median = pairs[Math.floor(pairs.length / 2)];
		if (median) report(scenario, median);
		return median?.ours;
	} finally {
		await bare.stop();
	}
}

function ratio(pair: { ours: Result; bare: Result }): number {
	return pair.ours.requests.average / pair.bare.requests.average;
}

function report(scenario: Scenario, { ours, bare }: { ours: Result; bare: Result }): void {
	const rate = (result: Result) =>
		`${Math.round(result.requests.average * scenario.weight)} ${scenario.unit}`.padStart(18);
	console.log(
		`${scenario.name.padEnd(18)} ${rate(ours)} ${String(ours.latency.p50).padStart(7)} ${String(ours.latency.p99).padStart(7)} ${rate(bare)} ${ratio({ ours, bare }).toFixed(2).padStart(6)}`,
	);
}

function commitRate(): number {
	const database = new Database(join(folder, "raw.db"));
	database.pragma("journal_mode=WAL");
	database.pragma("synchronous=FULL");
	database.exec("create table t (id integer primary key, value text)");
	const insert = database.prepare("insert into t (value) values (?)");
	const end = performance.now() + 1000 * Math.min(seconds, 3);
	const begin = performance.now();
	let commits = 0;
	while (performance.now() < end) {
		insert.run("an answer of ordinary length, about as long as this");
		commits += 1;
	}
	const elapsed = performance.now() - begin;
	database.close();
	return (1000 * commits) / elapsed;
}

function reportFirstLoad(): void {
	const { total, files } = firstLoad(new URL("../../student/dist/", import.meta.url));
	console.log(`\nFirst load of the student page: ${total.toFixed(1)} kB gzip`);
	for (const { file, kb } of files) console.log(`  ${kb.toFixed(1).padStart(6)} kB  ${file}`);
}
