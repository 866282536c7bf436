import { randomUUID } from "node:crypto";
import type { Command, OperationId, SessionId, SessionState } from "@carhythm/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { abandoning } from "../writes/apply-batch.ts";
import { createSessionHistory, type PastSession } from "./session-history.ts";

async function displayIdOf(on: TestStore, session_id: SessionId): Promise<string> {
	return (await on.sessions.find(session_id))?.display_id ?? "";
}

/** A session at one of its revisions, as the operator is shown it. */
async function past(on: TestStore, session_id: SessionId, revision: number): Promise<PastSession> {
	const history = createSessionHistory(on.database, on.assessments);
	const outcome = await history.at(await displayIdOf(on, session_id), revision);
	if (outcome.kind !== "found") throw new Error(outcome.kind);
	return outcome.session;
}

/** What the operator is shown of the past, of the session as it is now. */
async function present(on: TestStore, session_id: SessionId) {
	const loaded = await on.sessions.load(session_id);
	if (!loaded) throw new Error("It is gone.");
	const { state, version } = loaded;
	const { status, language, revision } = state;
	return { revision, status, language, ...shownOf(state, version.index.by_question) };
}

function shownOf(state: SessionState, questions: TestStore["version"]["index"]["by_question"]) {
	const key = (id: number | null) => (id === null ? null : (questions.get(id)?.question.key ?? null));
	return {
		answered: state.answered,
		xp: state.ever_answered * 10,
		place: key(state.place?.question_id ?? null),
		answers: Object.entries(state.answers)
			.flatMap(([id, { answer, revision }]) => (answer ? [[key(Number(id)), answer, revision]] : []))
			.sort(),
	};
}

function comparable({ revision, status, language, progress, total_xp, place, answers }: PastSession) {
	return {
		revision,
		status,
		language,
		answered: progress.questions_answered,
		xp: total_xp,
		place: place?.question ?? null,
		answers: answers.map(({ question, answer, revision }) => [question, answer, revision]).sort(),
	};
}

const step = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			answer: fc.constantFrom("energy", "team"),
			value: fc.integer({ min: 1, max: 5 }),
			ago: fc.integer({ min: 0, max: 900 }),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({ clear: fc.constantFrom("energy", "team"), ago: fc.integer({ min: 0, max: 900 }) }),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			move: fc.constantFrom("energy", "team", "dream"),
			language: fc.constantFrom("en", "ar"),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ draft: fc.string({ maxLength: 9, unit: "grapheme-ascii" }) }) },
	{ weight: 1, arbitrary: fc.record({ hold: fc.constantFrom("Firefox (Android)", "Chrome") }) },
	{ weight: 1, arbitrary: fc.constantFrom("complete", "abandon", "restore", "pass 31 days", "pass an hour") },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(on: TestStore, session_id: SessionId, wanted: Step): Promise<void> {
	const sync = (command: Command, ago = 0) => {
		const client_time = new Date(Date.parse(on.now()) - ago * 1000).toISOString();
		return on.sessions.operate(
			syncing(on, session_id, { id: randomUUID() as OperationId, command, client_time }),
		);
	};
	if (wanted === "complete") await sync({ kind: "complete" });
	else if (wanted === "abandon") await on.sessions.operate(abandoning(session_id, anOperationId()));
	else if (wanted === "restore") await on.sessions.restore(session_id, anOperationId());
	else if (wanted === "pass 31 days") on.pass({ days: 31 });
	else if (wanted === "pass an hour") on.pass({ seconds: 3600 });
	else if ("answer" in wanted) {
		await sync(
			answering(on, wanted.answer, slider(wanted.answer === "energy" ? wanted.value * 10 : wanted.value)),
			wanted.ago,
		);
	} else if ("clear" in wanted) {
		await sync({ kind: "clear", question_id: on.question(wanted.clear) }, wanted.ago);
	} else if ("move" in wanted) {
		const language = wanted.language === "ar" ? "ar" : "en";
		await sync({ kind: "move", question_id: on.question(wanted.move), language });
	} else if ("draft" in wanted) {
		const draft = { type: "essay", text: wanted.draft } as const;
		await sync({ kind: "draft", question_id: on.question("dream"), draft });
	} else await sync({ kind: "hold", device_id: randomUUID() as OperationId, label: wanted.hold });
}

test("whatever has happened to a session, each revision is shown as it was", async () => {
	await using on = await aStore();
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
			const session_id = await on.started();
			const seen = new Map([[1, await present(on, session_id)]]);
			for (const wanted of steps) {
				on.pass({ seconds: 60 });
				await take(on, session_id, wanted);
				const now = await present(on, session_id);
				seen.set(now.revision, now);
			}
			for (const [revision, then] of seen) {
				expect(comparable(await past(on, session_id, revision))).toEqual(then);
			}
		}),
		{ numRuns: 12 },
	);
});

test("an answer of another program is shown from the beginning, and is in the history once it is replaced", async () => {
	await using on = await aStore();
	const session_id = await on.started();
	const { response_id } = (await on.sessions.find(session_id)) ?? { response_id: 0 };
	// As an adoption leaves a session: rows of the existing table, no start, counts that know them.
	const { db } = on.database;
	await db.deleteFrom("session_events").execute();
	const found = { answer_text: null, answer_json: null, response_id };
	await db
		.insertInto("question_answers")
		.values([
			{ ...found, question_id: on.question("energy"), answer_value: 30 },
			{ ...found, question_id: on.question("team"), answer_value: 2 },
		])
		.execute();
	const counts = { answered: 2, ever_answered: 2, revision: 0 };
	await db
		.updateTable("session_details")
		.set({ ...counts, adopted_at: on.now() })
		.execute();

	on.pass({ seconds: 60 });
	await on.sessions.operate(syncing(on, session_id, answering(on, "energy", slider(90))));
	await on.sessions.operate(syncing(on, session_id, answering(on, "energy", slider(95))));

	const values = async (revision: number) =>
		(await past(on, session_id, revision)).answers.map(({ question, answer, at, revision }) => [
			question,
			"value" in answer ? answer.value : null,
			at === null,
			revision,
		]);
	const [team, energy] = [
		["team", 2, true, 0],
		["energy", 30, true, 1],
	];
	const energyAt = async (revision: number) => (await values(revision)).find(([key]) => key === "energy");
	expect(await values(0)).toContainEqual(team);
	expect(await energyAt(0)).toEqual(energy);
	expect(await energyAt(2)).toEqual(["energy", 90, false, 2]);
	expect(await energyAt(3)).toEqual(["energy", 95, false, 3]);
	expect(await past(on, session_id, 0)).toMatchObject({ progress: { questions_answered: 2 }, total_xp: 20 });
	expect(comparable(await past(on, session_id, 3))).toEqual(await present(on, session_id));
	const kept = await db
		.selectFrom("session_events")
		.select(["value", "outcome"])
		.orderBy("revision")
		.execute();
	expect(kept.map(({ value, outcome }) => [JSON.parse(value ?? "").value, outcome])).toEqual([
		[30, "superseded"],
		[90, "applied"],
		[95, "applied"],
	]);
});

test("what came too late is told with its value, its time and its reason, also after it was applied", async () => {
	await using on = await aStore();
	const history = createSessionHistory(on.database, on.assessments);
	const session_id = await on.started();
	const display_id = await displayIdOf(on, session_id);
	expect(await history.late(display_id)).toEqual([]);
	await on.sessions.operate(abandoning(session_id, anOperationId()));
	const ended = on.now();
	on.pass({ seconds: 60 });
	const outcome = await on.sessions.operate(
		syncing(
			on,
			session_id,
			{ id: anOperationId(), command: answering(on, "energy", slider(40)), client_time: ended },
			{ kind: "complete" },
		),
	);
	expect(statuses(outcome)).toEqual(["late", "late"]);
	const came = { received_at: on.now(), code: "session_abandoned", detail: expect.stringMatching(/\.$/) };
	const energy = { ...came, at: ended, kind: "answer", question: "energy", value: slider(40) };
	expect(await history.late(display_id)).toEqual([
		{ ...energy, revision: 3, now: "kept_aside" },
		{ ...came, at: on.now(), kind: "complete", question: null, value: null, revision: 4, now: "kept_aside" },
	]);
	await on.sessions.restore(session_id, anOperationId());
	expect((await history.late(display_id))?.map(({ now }) => now)).toEqual(["applied", "kept_aside"]);
	expect((await past(on, session_id, 4)).answers).toEqual([]);
	expect((await past(on, session_id, 5)).answers).toMatchObject([{ question: "energy", revision: 3 }]);

	expect(await history.late("00000-00000")).toBeNull();
	expect(await history.at("00000-00000", 1)).toEqual({ kind: "unknown_session" });
	expect(await history.at(display_id, 6)).toEqual({ kind: "unknown_revision", newest_revision: 5 });
});
