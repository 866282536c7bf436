import type { Command, SessionId } from "@carhythm/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAssessmentFile } from "../../assessments/read-file.ts";
import { contentFolder } from "../../paths.ts";
import type { Job } from "../../testing/programs/racer.ts";
import { someRacers } from "../../testing/programs/racers.ts";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { countersEqualRows, slider } from "../../testing/stores/batches.ts";

// Several processes on one database, each with the same wish at the same moment.

const PROCESSES = 3;
/** Of one wish, over all processes. */
const AT_ONCE = 51;

let store: TestStore;
let racers: Awaited<ReturnType<typeof someRacers>>;

beforeAll(async () => {
	store = await aStore();
	racers = await someRacers(store, PROCESSES);
});
afterAll(async () => {
	await racers[Symbol.asyncDispose]();
	await countersEqualRows(store);
	await store[Symbol.asyncDispose]();
});

const many = (job: Job): Job[] => Array.from({ length: AT_ONCE / PROCESSES }, () => job);

async function responseOf(session_id: SessionId): Promise<number> {
	return (await store.sessions.find(session_id))?.response_id ?? 0;
}

test("one start, sent many times, begins one session", async () => {
	const operation_id = anOperationId();
	const ids = await racers.all(many({ kind: "start", operation_id, replaces: null }));
	expect(new Set(ids.flat()).size).toBe(1);
	const rows = await store.database.db
		.selectFrom("session_details")
		.select("response_id")
		.where("start_operation_id", "=", operation_id)
		.execute();
	expect(rows).toHaveLength(1);
});

test("many fresh starts in place of one session begin one session, and only that is active", async () => {
	const old = await store.started();
	const before = await countSessions();
	const ids = await racers.each(() =>
		many({ kind: "start", operation_id: null, replaces: old }).map((job) => ({
			...job,
			operation_id: anOperationId(),
		})),
	);
	expect(new Set(ids.flat()).size).toBe(1);
	expect(await countSessions()).toBe(before + 1);
	const [id] = ids.flat();
	expect((await store.sessions.find(old))?.state.status).toBe("user_abandoned_not_completed");
	expect((await store.sessions.find(id as SessionId))?.state.status).toBe("active");
});

test("starting fresh and undoing it again and again, from everywhere, leaves exactly one session of the two active", async () => {
	const old = await store.started();
	await racers.each((racer) =>
		Array.from({ length: 10 }, (_, i) =>
			(i + racer) % 2 === 0
				? { kind: "start", operation_id: anOperationId(), replaces: old }
				: { kind: "restore", session_id: old, operation_id: anOperationId() },
		),
	);
	const family = await familyOf(await responseOf(old));
	expect(family.filter(({ status }) => status === "active")).toHaveLength(1);
});

/** The session with everything that was ever begun in its place. */
async function familyOf(response_id: number) {
	const rows = await store.database.db
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.response_id")
		.select(["student_responses.id", "student_responses.status"])
		.where("student_responses.id", ">=", response_id)
		.execute();
	return rows;
}

test("one answer, sent many times, is one event with one reply", async () => {
	const session_id = await store.started();
	const operation_id = anOperationId();
	const command: Command = { kind: "answer", question_id: store.question("energy"), answer: slider(40) };
	const replies = await racers.all(many({ kind: "operate", session_id, operation_id, command }));
	expect(new Set(replies.flat().map((reply) => JSON.stringify(reply))).size).toBe(1);
	expect((await store.sessions.load(session_id))?.state).toMatchObject({ answered: 1, revision: 2 });
});

test("many different answers to one session are all in its history, one after another", async () => {
	const session_id = await store.started();
	const question_id = store.question("energy");
	const replies = await racers.each((racer) =>
		Array.from({ length: AT_ONCE / PROCESSES }, (_, i) => ({
			kind: "operate",
			session_id,
			operation_id: anOperationId(),
			command: { kind: "answer", question_id, answer: slider(((racer * 17 + i) % 20) * 5) },
		})),
	);
	expect(replies.flat()).toHaveLength(AT_ONCE);
	const events = await store.database.db
		.selectFrom("session_events")
		.select("revision")
		.where("response_id", "=", await responseOf(session_id))
		.orderBy("revision")
		.execute();
	expect(events.map(({ revision }) => revision)).toEqual(
		Array.from({ length: AT_ONCE + 1 }, (_, i) => i + 1),
	);
	// What stands in the table of the existing product is what the history says.
	const standing = (await store.sessions.load(session_id))?.state.answers[question_id]?.answer;
	const row = await store.database.db
		.selectFrom("question_answers")
		.select("answer_value")
		.where("response_id", "=", await responseOf(session_id))
		.executeTakeFirst();
	expect(standing).toEqual(slider(row?.answer_value ?? -1));
});

test.each(["complete", "abandon"] as const)(
	"answers from everywhere around one %s are in the history before it, or refused",
	async (end) => {
		const session_id = await store.started();
		const question_id = store.question("energy");
		const answer = (): Job => ({
			kind: "operate",
			session_id,
			operation_id: anOperationId(),
			command: { kind: "answer", question_id, answer: slider(40) },
		});
		const some = () => Array.from({ length: AT_ONCE / PROCESSES }, answer);
		const ending: Job = {
			kind: "operate",
			session_id,
			operation_id: anOperationId(),
			command: { kind: end },
		};
		const replies = await racers.each((racer) => (racer === 0 ? [...some(), ending, ...some()] : some()));
		const refused = replies.flat().filter((reply) => typeof reply === "string");
		expect(new Set(refused)).toEqual(
			new Set([end === "complete" ? "session_completed" : "session_abandoned"]),
		);
		const events = await store.database.db
			.selectFrom("session_events")
			.select("kind")
			.where("response_id", "=", await responseOf(session_id))
			.orderBy("revision")
			.execute();
		const taken = replies.flat().length - refused.length - 1;
		expect(taken).toBeGreaterThan(0);
		expect(events.map(({ kind }) => kind)).toEqual(["start", ...Array(taken).fill("answer"), end]);
	},
);

test("sessions of many students, each written to from every process, wait for each other without a deadlock", async () => {
	const ids = await Promise.all(Array.from({ length: 6 }, () => store.started()));
	const question_id = store.question("energy");
	await racers.each((racer) =>
		Array.from({ length: 5 }, () =>
			(racer % 2 === 0 ? ids : ids.toReversed()).map((session_id) => ({
				kind: "operate" as const,
				session_id,
				operation_id: anOperationId(),
				command: { kind: "answer" as const, question_id, answer: slider(racer * 5) },
			})),
		).flat(),
	);
	for (const id of ids) expect((await store.sessions.find(id))?.state.revision).toBe(1 + 5 * PROCESSES);
});

test("feedback, a profile and an address, saved many times, are one row each", async () => {
	const session_id = await store.started();
	const response_id = await responseOf(session_id);
	await racers.each((racer) => [
		...many({ kind: "feedback", session_id, rating: racer + 1 }),
		...many({ kind: "score", response_id, profile: { by: racer } }),
		...many({ kind: "email", session_id, email: `racer-${racer}@example.org` }),
	]);
	const { db } = store.database;
	const feedbacks = await db
		.selectFrom("feedbacks")
		.select("rating")
		.where("session_id", "=", session_id)
		.execute();
	const scores = await db
		.selectFrom("assessment_scores")
		.select("rhythm_profile")
		.where("response_id", "=", response_id)
		.execute();
	expect([feedbacks.length, scores.length]).toEqual([1, 1]);
});

test("versions added at once are numbered one after another, with ids of their own, and one assessment is the default", async () => {
	const read = await readAssessmentFile(`${contentFolder()}/sampler/assessment.json`);
	if (!read.ok) throw new Error("The sampler does not load.");
	const { file } = read;
	const added = await racers.each((racer) => [
		{ kind: "add", file: { ...file, title: { ...file.title, en: `By ${racer}` } } },
		{ kind: "add", file: { ...file, key: `copy-${racer}` } },
		{ kind: "default", key: racer === 0 ? "sampler" : "copy-0" },
	]);
	expect(added.map(([version]) => version).sort()).toEqual([2, 3, 4]);
	const versions = await store.assessments.versions(null);
	const ofOne = (key: string) =>
		versions
			.find(({ index }) => index.assessment.key === key)
			?.index.places.map(({ question }) => question.id);
	const ids = ["sampler", "copy-0", "copy-1", "copy-2"].flatMap((key) => ofOne(key) ?? []);
	expect(new Set(ids).size).toBe(ids.length);
	expect((await store.assessments.list()).filter(({ is_default }) => is_default)).toHaveLength(1);
});

async function countSessions(): Promise<number> {
	const { sessions } = await store.database.db
		.selectFrom("session_details")
		.select((select) => select.fn.countAll<number>().as("sessions"))
		.executeTakeFirstOrThrow();
	return Number(sessions);
}
