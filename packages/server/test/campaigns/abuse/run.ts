import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import type { Database } from "../../../src/db/dialect.ts";
import { openDatabase } from "../../../src/db/open.ts";
import { limitsWith } from "../../../src/limits.ts";
import { chanceOf } from "../../simulation/chance.ts";
import {
	type CampaignDatabase,
	createCampaignDatabase,
	type Engine,
} from "../environment/campaign-database.ts";
import { startServer } from "../environment/server-process.ts";
import { readQuestions } from "../students/questions.ts";
import type { AttackerData, AttackName, Replies } from "./attacks.ts";
import { beginClass, percentile } from "./school-class.ts";

const ATTACKER = fileURLToPath(new URL("attacker.ts", import.meta.url));
const ADDRESS_OF_ATTACKER = "127.0.0.66";
const HEAP_MIB = 256;
const MIB = 1024 * 1024;
/** As the server counts it. */
const BYTES_OF_AN_EVENT = 768;
const ENOUGH_TO_TELL = 8 * MIB;

export type AbuseFigures = {
	attack: AttackName;
	engine: Engine;
	/** Of the class, in milliseconds: before the attack, and while it was going on. */
	p99_before: number;
	p99: number;
	p50: number;
	requests: number;
	told_to_wait: number;
	unheard: number;
	acknowledged: number;
	/** Acknowledged and not in the database. */
	lost: number;
	/** The most memory that the server had, in MiB. */
	memory: number;
	/** Processor seconds of the server: on a machine that others use, they say more than the times. */
	cpu: number;
	/** Bytes that the database grew by while the attack went on, with what the class stored. */
	growth: number;
	/** MiB that one attacker would add in an hour: see {@link growthOfHour}. */
	growth_an_hour: number;
	server_ended: boolean;
	replies: Replies;
};

export type AbuseOptions = {
	engine: Engine;
	attack: AttackName;
	seconds: number;
	seed: number;
	/** How long a student thinks between two answers. */
	think_ms?: number;
	/** Bytes that the database grows by in the same time without an attack. */
	growth_of_class?: number;
	/** The server as it was before it had limits, for comparison. */
	unlimited?: boolean;
};

/** One attack on a server with a class beside it. */
export async function runAbuse(options: AbuseOptions): Promise<AbuseFigures> {
	const { engine, attack, seconds, seed, think_ms = 1000 } = options;
	await using place = await createCampaignDatabase(engine);
	const server = await startServer({
		address: place.address,
		environment: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` },
		...(!options.unlimited && { limits: "default" as const }),
	});
	const database = await openDatabase(place.url);
	try {
		const base = server.where.base ?? "";
		const questions = await readQuestions(server.where);
		const school = beginClass(base, { questions, chance: chanceOf(seed), think_ms });
		await sleep(Math.min(10_000, 500 * seconds));
		const p99_before = percentile(school.times.splice(0), 0.99);
		const { growth, replies } = await measureGrowth(place, database, () =>
			strike({ base, attack, address: ADDRESS_OF_ATTACKER, questions, seconds }),
		);
		const during = school.times.splice(0);
		if (!server.hasEnded()) await school.finish();
		const acknowledged = [...school.acknowledged.values()].flat().length;
		const figures = {
			attack,
			engine,
			p99_before,
			p99: percentile(during, 0.99),
			p50: percentile(during, 0.5),
			requests: during.length,
			told_to_wait: school.told_to_wait,
			unheard: school.unheard,
			acknowledged,
			lost: await countLost(database, school.acknowledged),
			memory: peakMemory(server.pid),
			cpu: processorSeconds(server.pid),
			growth,
			growth_an_hour: Math.round(
				(await growthOfHour(database, {
					growth: Math.max(0, growth - (options.growth_of_class ?? 0)),
					acknowledged,
					seconds,
				})) / MIB,
			),
			replies,
			server_ended: server.hasEnded(),
		};
		await server.stop();
		return figures;
	} finally {
		if (!server.hasEnded()) await server.kill();
		await database.close();
	}
}

async function strike(data: AttackerData): Promise<Replies> {
	const child = fork(ATTACKER, { execArgv: [] });
	const done = once(child, "message") as Promise<[Replies]>;
	child.send(data);
	const ended = once(child, "exit");
	const [replies] = await done;
	await ended;
	return replies;
}

async function measureGrowth(
	place: CampaignDatabase,
	database: Database,
	attack: () => Promise<Replies>,
): Promise<{ growth: number; replies: Replies }> {
	const before = await sizeOf(place, database);
	const replies = await attack();
	return { growth: (await sizeOf(place, database)) - before, replies };
}

/**
 * The budget of what a network stores is by the hour, and an attacker uses up its burst in the first minutes. So
 * the growth of an hour is that budget, times what the disk grew for each byte that was counted. Where little was
 * counted, what grew goes on for the whole hour.
 * @param growth bytes without those of the class
 */
async function growthOfHour(
	database: Database,
	{ growth, acknowledged, seconds }: { growth: number; acknowledged: number; seconds: number },
): Promise<number> {
	const { rows } = await sql<{ events: number | string; bytes: number | string | null }>`
		select count(*) as events, sum(octet_length(value)) as bytes from session_events`.execute(database.db);
	const events = Number(rows[0]?.events ?? 0) - acknowledged;
	const counted = events * BYTES_OF_AN_EVENT + Number(rows[0]?.bytes ?? 0);
	const { network_stored_mib_per_hour: rate } = limitsWith();
	const budget = (rate + rate / 6) * MIB;
	const linear = growth * (3600 / seconds);
	return counted > ENOUGH_TO_TELL ? Math.min(linear, (growth / counted) * budget) : linear;
}

/** With the write-ahead log of SQLite, whose size is bounded; without that of PostgreSQL, which is its operator's. */
async function sizeOf({ url }: CampaignDatabase, database: Database): Promise<number> {
	if (url.dialect === "sqlite") {
		return ["", "-wal"].reduce((sum, end) => {
			const found = statSync(`${url.file}${end}`, { throwIfNoEntry: false });
			return sum + (found?.size ?? 0);
		}, 0);
	}
	const { rows } = await sql<{
		size: number | string;
	}>`select pg_database_size(current_database()) as size`.execute(database.db);
	return Number(rows[0]?.size ?? 0);
}

async function countLost(
	database: Database,
	acknowledged: ReadonlyMap<string, readonly string[]>,
): Promise<number> {
	let lost = 0;
	for (const [session_id, ids] of acknowledged) {
		const rows = await database.db
			.selectFrom("session_events")
			.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
			.select("operation_id")
			.where("student_responses.session_id", "=", session_id)
			.execute();
		const stored = new Set(rows.map(({ operation_id }) => operation_id));
		lost += ids.filter((id) => !stored.has(id)).length;
	}
	return lost;
}

function processorSeconds(pid: number): number {
	try {
		const [, , ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8")
			.replace(/\(.*\)/, "-")
			.split(" ");
		// Ticks of 10 ms in user and system mode, the 14th and 15th field.
		return Math.round((Number(fields[11]) + Number(fields[12])) / 100);
	} catch {
		return 0;
	}
}

function peakMemory(pid: number): number {
	try {
		const status = readFileSync(`/proc/${pid}/status`, "utf8");
		return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
	} catch {
		return 0;
	}
}
