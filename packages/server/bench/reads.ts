// `npm run bench:reads`: what GET /session/{id} costs when each question was answered once, and when it was
// answered a hundred thousand times. Options: --events 1,1000,100000 (per question; the first is what the
// others are held against), --engine sqlite|postgres, --rounds.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Instant, toInstant, toMillis } from "@carhythm/core";
import { sql } from "kysely";
import { pino } from "pino";
import type { NewEvent } from "../src/db/schema.ts";
import { appendEvents } from "../src/db/writes/save-sessions.ts";
import { createApp, createStore, type Database, openDatabase, prepareDatabase } from "../src/index.ts";
import { highestLimits } from "../src/limits.ts";
import { aPostgresDatabase } from "../src/testing/postgres/a-postgres.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({
	options: {
		events: { type: "string", default: "1,1000,100000" },
		engine: { type: "string", default: "sqlite" },
		rounds: { type: "string", default: "31" },
	},
});
const sizes = values.events.split(",").map(Number);
const rounds = Number(values.rounds);

/** Questions that have a history; the others have none. The largest size is as many rows as this times the events. */
const QUESTIONS = 10;
const READS = 20;
const EVENTS_AT_ONCE = 20_000;

const READERS = {
	session: (id: string) => `/api/v2/session/${id}`,
	progress: (id: string) => `/api/v2/session/${id}/progress`,
	validate: (id: string) => `/api/v2/session/${id}/validate`,
} as const;
type ReaderName = keyof typeof READERS;

const folder = mkdtempSync(join(tmpdir(), "carhythm-reads-"));
const place = values.engine === "postgres" ? await aPostgresDatabase() : null;
const database = await openDatabase(place?.url ?? { dialect: "sqlite", file: join(folder, "reads.db") });
try {
	await prepareDatabase(database, { migrate_on_start: true, backups_kept: 5 }, () => {});
	const now = () => toInstant(Date.now());
	const store = createStore(database, { now, randomBytes, expiry_days: 30 });
	const config = { cors_origins: [], session_expiry_days: 30, limits: highestLimits() };
	const log = pino({ level: "silent" });
	const app = createApp({ store, config, log, now, randomBytes, web_root: null });
	const ids = new Map<number, string>();
	for (const size of sizes) ids.set(size, await aSession(size));
	if (place) await place.query("VACUUM ANALYZE");

	const read = async (size: number, reader: ReaderName) => {
		const began = performance.now();
		for (let n = 0; n < READS; n += 1) {
			const response = await app.request(READERS[reader](ids.get(size) ?? ""));
			await response.text();
			if (response.status !== 200) throw new Error(`GET gave ${response.status}.`);
		}
		return (performance.now() - began) / READS;
	};
	const taken = new Map<number, Record<ReaderName, number[]>>();
	for (const size of sizes) taken.set(size, { session: [], progress: [], validate: [] });
	const readers = Object.keys(READERS) as ReaderName[];
	for (const size of sizes) for (const reader of readers) await read(size, reader);
	// Every size in every round, so that what else the machine does falls upon all of them.
	for (let round = 0; round < rounds; round += 1) {
		for (const [size, times] of taken) {
			for (const reader of readers) times[reader].push(await read(size, reader));
		}
	}
	report(taken, readers);

	async function aSession(size: number): Promise<string> {
		const version = await store.assessments.latestDefault();
		if (!version) throw new Error("No assessment ships with this program.");
		const started = await store.sessions.start({
			operation_id: null,
			version,
			replaces: null,
			language: "en",
		});
		if (!started.ok) throw new Error(started.refusal.detail);
		const { response_id, state } = started.session;
		const questions = version.index.places
			.map(({ question }) => question)
			.filter(({ type }) => type === "slider")
			.slice(0, QUESTIONS)
			.map(({ id }) => id);
		await fill(database, { response_id, started_at: state.started_at, questions, size });
		return state.session_id;
	}
} finally {
	await database.close();
	await place?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
}

type History = { response_id: number; started_at: Instant; questions: readonly number[]; size: number };

/**
 * A history as a client leaves it that changes its answers, clears some, and whose older answers arrive late:
 * question after question.
 */
async function fill(database: Database, { response_id, started_at, questions, size }: History) {
	const began = performance.now();
	const count = size * questions.length;
	for (let from = 0; from < count; from += EVENTS_AT_ONCE) {
		const events = Array.from({ length: Math.min(EVENTS_AT_ONCE, count - from) }, (_, n) =>
			event(response_id, started_at, questions[(from + n) % questions.length] ?? 0, from + n),
		);
		await database.db.transaction().execute((tx) => appendEvents(tx, database.dialect, events));
	}
	const counts = { revision: 1 + count, answered: questions.length, ever_answered: questions.length };
	await database.db
		.updateTable("session_details")
		.set(counts)
		.where("response_id", "=", response_id)
		.execute();
	await sql`insert into question_answers (response_id, question_id, answer_value)
		select ${response_id}, id, 3 from questions where id in (${sql.join(questions)})`.execute(database.db);
	console.log(`${count} events in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

function event(response_id: number, started_at: Instant, question_id: number, n: number): NewEvent {
	const turn = Math.floor(n / QUESTIONS) % 10;
	const kind = turn === 7 ? "clear" : "answer";
	const at = toInstant(toMillis(started_at) + n);
	return {
		response_id,
		revision: n + 2,
		operation_id: `00000000-0000-4000-9000-${n.toString(16).padStart(12, "0")}`,
		kind,
		question_id,
		value: kind === "answer" ? '{"type":"slider","value":3}' : null,
		at: turn === 8 ? started_at : at,
		client_time: null,
		received_at: at,
		outcome: turn === 8 ? "superseded" : turn === 9 ? "late" : "applied",
		fingerprint: "kept-for-the-benchmark",
		result:
			'{"result":{"status":"applied","operation_id":"00000000-0000-4000-8000-000000000000","revision":2,"xp_gained":10,"badges_unlocked":[]},"counts":{"answered":1,"ever_answered":1}}',
	};
}

function report(taken: ReadonlyMap<number, Record<ReaderName, number[]>>, readers: readonly ReaderName[]) {
	console.log(
		`\n${values.engine}: ms a GET and its ratio to the first size; median of ${rounds} rounds of ${READS}`,
	);
	console.log(
		["events a question", ...readers.flatMap((name) => [name, "ratio"])]
			.map((head) => head.padStart(18))
			.join(""),
	);
	const [first] = taken.values();
	for (const [size, times] of taken) {
		const cells = readers.flatMap((name) => {
			const ratios = times[name].map((ms, round) => ms / (first?.[name][round] ?? 1));
			return [median(times[name]).toFixed(2), median(ratios).toFixed(2)];
		});
		console.log([String(size), ...cells].map((cell) => cell.padStart(18)).join(""));
	}
}
