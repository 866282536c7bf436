import { randomBytes } from "node:crypto";
import { type Command, type SessionId, toInstant, toMillis } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, countersEqualRows, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { applyLateEvents } from "../operator/apply-late.ts";
import { createSessionHistory } from "../operator/session-history.ts";
import { createSessionStore } from "../sessions/session-store.ts";
import { single } from "../store.ts";

const DAY_S = 86_400;
const PHONE = "de000001-0000-4000-8000-000000000000";

/** A sync of something that was done so many days before it is delivered. */
function delivering(store: TestStore, session_id: SessionId, days_ago: number, ...commands: Command[]) {
	const client_time = toInstant(toMillis(store.now()) - days_ago * DAY_S * 1000);
	const operations = commands.map((command) => ({ id: anOperationId(), command, client_time }));
	return syncing(store, session_id, ...operations);
}

/** The value of the standing answer; null where there is none. */
async function standing(store: TestStore, session_id: SessionId, key: string): Promise<number | null> {
	const session = await store.sessions.load(session_id);
	const answer = session?.state.answers[store.question(key)]?.answer;
	return answer?.type === "slider" ? answer.value : null;
}

/** What the history says of now is what is stored. */
async function historyAgrees(store: TestStore, session_id: SessionId): Promise<void> {
	const session = await store.sessions.load(session_id);
	if (!session) throw new Error("The session is gone.");
	const { revision, answers } = session.state;
	const past = await createSessionHistory(store.database, store.assessments).at(session.display_id, revision);
	if (past.kind !== "found") throw new Error(past.kind);
	const told = past.session.answers.map(({ question, answer, at }) => [store.question(question), answer, at]);
	const stored = Object.entries(answers).flatMap(([id, record]) =>
		record.answer ? [[Number(id), record.answer, record.at]] : [],
	);
	expect(new Map(told.map(([id, ...rest]) => [id, rest]))).toEqual(
		new Map(stored.map(([id, ...rest]) => [id, rest])),
	);
	await countersEqualRows(store);
}

describe("a late delivery", () => {
	test.each([
		{ done: 29, delivered: 31, becomes: "applied" },
		{ done: 1, delivered: 60, becomes: "applied" },
		{ done: 30, delivered: 60, becomes: "applied" },
		{ done: 31, delivered: 32, becomes: "late" },
		{ done: 29, delivered: 61, becomes: "late" },
	])("of day $delivered with an answer of day $done is $becomes", async ({ done, delivered, becomes }) => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ days: delivered });
		const batch = delivering(store, session_id, delivered - done, answering(store, "team", slider(4)));
		expect(statuses(await store.sessions.operate(batch))).toEqual([becomes]);
		const session = await store.sessions.load(session_id);
		const isIn = becomes === "applied";
		expect(await standing(store, session_id, "team")).toBe(isIn ? 4 : null);
		expect(session?.state.last_activity).toBe(isIn ? store.now() : session?.state.started_at);
		// Sent again it has the same reply and no second effect.
		expect(statuses(await store.sessions.operate(batch))).toEqual([becomes]);
		await historyAgrees(store, session_id);
	});

	test("renews the session for what was done after the expiry, in whichever order they come", async () => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ days: 32 });
		const after = delivering(store, session_id, 1, answering(store, "team", slider(5)));
		const before = delivering(store, session_id, 3, answering(store, "team", slider(2)));
		expect(statuses(await store.sessions.operate(after))).toEqual(["late"]);
		expect(await standing(store, session_id, "team")).toBe(null);
		expect(statuses(await store.sessions.operate(before))).toEqual(["applied"]);
		expect(await standing(store, session_id, "team")).toBe(5);
		await historyAgrees(store, session_id);
	});

	test("of two operations in one request, the later one first, counts both", async () => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ days: 32 });
		const after = delivering(store, session_id, 1, answering(store, "team", slider(5)));
		const before = delivering(store, session_id, 3, answering(store, "team", slider(2)));
		const outcome = await store.sessions.operate({
			...after,
			operations: [...after.operations, ...before.operations],
		});
		expect(statuses(outcome)).toEqual(["late", "applied"]);
		expect(outcome.ok && outcome.session.state.answered).toBe(1);
		expect(await standing(store, session_id, "team")).toBe(5);
		await historyAgrees(store, session_id);
	});

	test("of an answer without a clock of its own is refused after the expiry", async () => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ days: 31 });
		const batch = single(session_id, anOperationId(), answering(store, "team", slider(4)));
		expect(statuses(await store.sessions.operate(batch))).toEqual(["session_expired"]);
	});

	test("of the end of the assessment completes it", async () => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ days: 40 });
		const answer = answering(store, "team", slider(4));
		const outcome = await store.sessions.operate(
			delivering(store, session_id, 15, answer, { kind: "complete" }),
		);
		expect(statuses(outcome)).toEqual(["applied", "applied"]);
		expect(outcome.ok && outcome.session.state.status).toBe("completed");
	});

	test("does not renew for ever: a device that tells lies about its clock gains thirty days, once", async () => {
		await using store = await aStore();
		const session_id = await store.started();
		const lie = () => delivering(store, session_id, 59, answering(store, "team", slider(4)));
		store.pass({ days: 60 });
		expect(statuses(await store.sessions.operate(lie()))).toEqual(["applied"]);
		store.pass({ days: 61 });
		expect(statuses(await store.sessions.operate(lie()))).toEqual(["late"]);
	});

	test("that came too late counts by itself when the operator lengthens the expiry", async () => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ days: 70 });
		const batch = delivering(store, session_id, 5, answering(store, "team", slider(4)));
		expect(statuses(await store.sessions.operate(batch))).toEqual(["late"]);
		const { assessments, now } = store;
		const longer = createSessionStore(store.database, { assessments, now, randomBytes, expiry_days: 90 });
		const move: Command = { kind: "move", question_id: store.question("team") };
		expect(statuses(await longer.operate(syncing(store, session_id, move)))).toEqual(["applied"]);
		expect(await standing(store, session_id, "team")).toBe(4);
		await historyAgrees(store, session_id);
	});
});

describe("a server's clock that runs 40 days ahead for a minute", () => {
	test.each([{ device_id: PHONE }, { device_id: null }])(
		"does no lasting harm to the answers of that minute (device $device_id)",
		async ({ device_id }) => {
			await using store = await aStore();
			const { sessions } = store;
			const session_id = await store.started();
			// The device's own clock goes on as it went.
			const deviceTime = (days: number) => toInstant(toMillis(store.now()) - days * DAY_S * 1000);
			const send = async (command: Command, days_ahead = 0) => {
				const client_time = deviceTime(days_ahead);
				const batch = syncing(store, session_id, { id: anOperationId(), command, client_time });
				return statuses(await sessions.operate({ ...batch, sent_at: client_time, device_id }));
			};
			const move: Command = { kind: "move", question_id: store.question("team") };
			expect(await send(answering(store, "team", slider(1)))).toEqual(["applied"]);
			store.pass({ days: 40, seconds: 5 });
			expect(await send(answering(store, "team", slider(2)), 40)).toEqual(["late"]);
			store.pass({ seconds: 5 });
			expect(await send(answering(store, "team", slider(3)), 40)).toEqual(["late"]);
			store.pass({ days: -40, seconds: 10 });
			// Continuing sends one.
			expect(await send(move)).toEqual(["applied"]);
			expect(await standing(store, session_id, "team")).toBe(3);
			store.pass({ seconds: 10 });
			expect(await send(answering(store, "team", slider(4)))).toEqual(["applied"]);
			expect(await standing(store, session_id, "team")).toBe(4);
			// Another device that saw nothing of it, whose answer is later.
			store.pass({ seconds: 10 });
			const other = { ...syncing(store, session_id, answering(store, "team", slider(5))), device_id: null };
			expect(statuses(await sessions.operate(other))).toEqual(["applied"]);
			const session = await sessions.load(session_id);
			expect(session?.state.last_activity).toBe(store.now());
			for (const { at } of Object.values(session?.state.answers ?? {})) expect(at <= store.now()).toBe(true);
			await historyAgrees(store, session_id);
		},
	);

	test("leaves an answer that was given before, and delivered in that minute, in its place", async () => {
		await using store = await aStore();
		const { sessions } = store;
		const session_id = await store.started();
		store.pass({ days: 2 });
		const early = delivering(store, session_id, 1, answering(store, "team", slider(1)));
		await sessions.operate(syncing(store, session_id, answering(store, "team", slider(2))));
		store.pass({ days: 40 });
		const inThatMinute = {
			...early,
			sent_at: toInstant(toMillis(early.sent_at ?? "") + 60_000),
		};
		expect(statuses(await sessions.operate(inThatMinute))).toEqual(["late"]);
		store.pass({ days: -40, seconds: 70 });
		await sessions.operate(syncing(store, session_id, { kind: "move", question_id: store.question("team") }));
		expect(await standing(store, session_id, "team")).toBe(2);
		await historyAgrees(store, session_id);
	});
});

test("apply-late of an adopted session keeps the answer that another program had taken in, in the history", async () => {
	await using store = await aStore();
	const session_id = await store.started();
	const session = await store.sessions.find(session_id);
	if (!session) throw new Error("The session is gone.");
	const { response_id, display_id } = session;
	const { db } = store.database;
	await db
		.insertInto("question_answers")
		.values({
			response_id,
			question_id: store.question("team"),
			answer_text: null,
			answer_value: 2,
			answer_json: null,
		})
		.execute();
	await db
		.updateTable("session_details")
		.set({ answered: 1, ever_answered: 1, adopted_at: store.now() })
		.where("response_id", "=", response_id)
		.execute();
	store.pass({ days: 100 });
	const late = delivering(store, session_id, 5, answering(store, "team", slider(4)));
	expect(statuses(await store.sessions.operate(late))).toEqual(["late"]);
	const options = { now: store.now(), renew: true, dry_run: false };
	const apply = (dry_run: boolean) =>
		applyLateEvents(store.database, store.assessments, display_id, {
			...options,
			dry_run,
			actor: { kind: "system_user", name: "a test" },
		});
	const expected = { before: { answered: 1 }, after: { answered: 1 }, events: [{ becomes: "applied" }] };
	expect(await apply(true)).toMatchObject(expected);
	expect(await standing(store, session_id, "team")).toBe(2);
	expect(await apply(false)).toMatchObject(expected);
	expect(await standing(store, session_id, "team")).toBe(4);
	expect(await apply(false)).toMatchObject({ events: [] });
	const events = await db
		.selectFrom("session_events")
		.select(["kind", "outcome", "value"])
		.where("response_id", "=", response_id)
		.orderBy("revision")
		.execute();
	expect(events.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
		"start applied",
		"answer applied",
		"answer superseded",
		"apply_late applied",
	]);
	// The student goes on.
	const next = syncing(store, session_id, answering(store, "team", slider(1)));
	expect(statuses(await store.sessions.operate(next))).toEqual(["applied"]);
	expect((await store.sessions.load(session_id))?.state).toMatchObject({ answered: 1, ever_answered: 1 });
});
