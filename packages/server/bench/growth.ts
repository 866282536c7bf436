// `npm run bench:growth`: what one more answer costs when a thousand are stored, and when ten million are.
// Options: --answers 1000,10000000 (the first is what the others are held against), --engine sqlite|postgres,
// --rounds.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type OperationId, type SessionId, toInstant } from "@carhythm/core";
import { createAssessmentStore } from "../src/db/content/assessments.ts";
import { createSessionStore } from "../src/db/sessions/session-store.ts";
import { type DatabaseUrl, openDatabase, prepareDatabase } from "../src/index.ts";
import { aPostgresDatabase } from "../src/testing/postgres/a-postgres.ts";
import { median } from "./statistics.ts";
import { storeAnswers } from "./stored-answers.ts";

const { values } = parseArgs({
	options: {
		answers: { type: "string", default: "1000,100000,1000000" },
		engine: { type: "string", default: "sqlite" },
		rounds: { type: "string", default: "15" },
	},
});
const sizes = values.answers.split(",").map(Number);
const rounds = Number(values.rounds);

/** The same at every size: so many students are active, who have given so many answers, and all answer at once. */
const ACTIVE = 50;
const PER_SESSION = 10;
const GROUPS = 40;
/** They prepare statements and fill caches. */
const GROUPS_BEFORE = 40;

/** Which students are active: the class that came last, as usual, or one from every part of what is stored. */
const WHO = ["the newest", "scattered"] as const;
type Who = (typeof WHO)[number];
type Cost = { wall_ms: number; cpu_ms: number };
type Place = { size: number; answer(who: Who, groups: number): Promise<Cost>; close(): Promise<void> };

const folder = mkdtempSync(join(tmpdir(), "carhythm-growth-"));
const places: Place[] = [];
try {
	for (const size of sizes) {
		const began = performance.now();
		places.push(await aPlace(size));
		console.log(`${size} answers stored in ${((performance.now() - began) / 1000).toFixed(0)} s`);
	}
	for (const place of places) for (const who of WHO) await place.answer(who, GROUPS_BEFORE);
	const costs = await measureInTurns();
	report(costs);
} finally {
	for (const place of places) await place.close();
	rmSync(folder, { recursive: true, force: true });
}

/** Every size and choice of students in every round, so that what else the machine does falls upon all of them. */
async function measureInTurns(): Promise<Map<Place, Record<Who, Cost[]>>> {
	const costs = new Map(
		places.map((place) => [place, { "the newest": [], scattered: [] } as Record<Who, Cost[]>]),
	);
	for (let round = 0; round < rounds; round += 1) {
		for (const [place, taken] of costs) {
			for (const who of WHO) taken[who].push(await place.answer(who, GROUPS));
		}
	}
	return costs;
}

function report(costs: Map<Place, Record<Who, Cost[]>>): void {
	const answers = ACTIVE * GROUPS;
	console.log(
		`\n${values.engine}: ${ACTIVE} students answer at once, µs an answer and its ratio to the first size; median of ${rounds} rounds of ${answers} answers`,
	);
	const heads = ["stored", "active students", "wall", "ratio", "own cpu", "ratio"];
	console.log(heads.map((head, i) => head.padStart(i === 1 ? 16 : 10)).join(""));
	const [first] = costs.values();
	for (const [{ size }, taken] of costs) {
		for (const who of WHO) {
			const cells = (["wall_ms", "cpu_ms"] as const).flatMap((kind) => {
				const each = taken[who].map((cost) => (1000 * cost[kind]) / answers);
				const ratios = taken[who].map((cost, round) => cost[kind] / (first?.[who][round]?.[kind] ?? 1));
				return [median(each).toFixed(0), median(ratios).toFixed(2)];
			});
			console.log(
				[String(size).padStart(10), who.padStart(16), ...cells.map((cell) => cell.padStart(10))].join(""),
			);
		}
	}
}

async function aPlace(size: number): Promise<Place> {
	if (size < 2 * ACTIVE * PER_SESSION)
		throw new Error(`At least ${2 * ACTIVE * PER_SESSION} answers, for two classes.`);
	const { url, remove } = await aDatabase(size);
	const made = await openDatabase(url);
	await prepareDatabase(made, { migrate_on_start: true, backups_kept: 5 }, () => {});
	await made.close();
	const filling = { answers: size, per_session: PER_SESSION, per_class: ACTIVE };
	const sessions = await storeAnswers(url, filling);

	const database = await openDatabase(url);
	const idsOf = async (numbers: readonly number[]) => {
		const rows = await database.db
			.selectFrom("student_responses")
			.select("session_id")
			.where("id", "in", numbers)
			.execute();
		return rows.map(({ session_id }) => session_id as SessionId);
	};
	const students: Record<Who, SessionId[]> = {
		"the newest": await idsOf(Array.from({ length: ACTIVE }, (_, n) => sessions - n)),
		scattered: await idsOf(
			Array.from({ length: ACTIVE }, (_, n) => 1 + Math.floor((n * (sessions - ACTIVE)) / ACTIVE)),
		),
	};
	const assessments = createAssessmentStore(database);
	const now = () => toInstant(Date.now());
	const store = createSessionStore(database, { assessments, now, randomBytes, expiry_days: 30 });
	const version = await assessments.latestDefault();
	const questions =
		version?.index.places.map(({ question }) => question).filter(({ type }) => type === "slider") ?? [];
	await database.db
		.updateTable("student_responses")
		.set({ last_activity: now() })
		.where("session_id", "in", [...students["the newest"], ...students.scattered])
		.execute();
	let turn = 0;

	const answerOnce = async (session_id: SessionId) => {
		const outcome = await store.operate({
			session_id,
			device_id: null,
			sent_at: null,
			mode: "submit",
			operations: [
				{
					operation_id: randomUUID() as OperationId,
					client_time: null,
					command: {
						kind: "answer",
						question_id: questions[turn % PER_SESSION]?.id ?? 0,
						answer: { type: "slider", value: 1 + (turn % 5) },
					},
				},
			],
		});
		if (!outcome.ok) throw new Error(outcome.refusal.detail);
	};
	return {
		size,
		async answer(who, groups) {
			const [cpu, began] = [process.cpuUsage(), performance.now()];
			for (let group = 0; group < groups; group += 1) {
				turn += 1;
				await Promise.all(students[who].map(answerOnce));
			}
			const { user, system } = process.cpuUsage(cpu);
			return { wall_ms: performance.now() - began, cpu_ms: (user + system) / 1000 };
		},
		async close() {
			await database.close();
			await remove();
		},
	};
}

async function aDatabase(size: number): Promise<{ url: DatabaseUrl; remove: () => Promise<void> }> {
	if (values.engine === "postgres") {
		const place = await aPostgresDatabase();
		return { url: place.url, remove: () => place[Symbol.asyncDispose]() };
	}
	const file = join(folder, `${size}.db`);
	// The folder is removed as a whole.
	return { url: { dialect: "sqlite", file }, remove: async () => {} };
}
