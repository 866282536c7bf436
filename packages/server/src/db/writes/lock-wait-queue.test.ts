import type { SessionId } from "@carhythm/core";
import { Client } from "pg";
import { expect, test } from "vitest";
import { aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, countersEqualRows, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { StorageUnavailable } from "../store.ts";

// Runs once: PostgreSQL alone lets one hold a single row. On SQLite a transaction has the whole file.

/** Somebody at a terminal who has begun a transaction and gone for coffee. */
async function anOperator(store: TestStore, statement: string, id: SessionId) {
	const client = new Client(store.place.address);
	await client.connect();
	await client.query("begin");
	const { rowCount } = await client.query(statement, [id]);
	expect(rowCount).toBe(1);
	return {
		release: () => client.query("rollback"),
		[Symbol.asyncDispose]: () => client.end(),
	};
}

const THE_SESSION = "select id from student_responses where session_id = $1 for update";
const AN_ANSWER = `update question_answers set answer_value = 0
	where response_id = (select id from student_responses where session_id = $1)`;

const saying = (store: TestStore, id: SessionId, value: number) =>
	store.sessions.operate(syncing(store, id, answering(store, "energy", slider(value))));

test("a session that somebody keeps locked holds up nobody else, and its own answers are taken in order once it is free", async () => {
	await using store = await aStore({ on: "postgres" });
	const [locked, neighbour, later] = await Promise.all([store.started(), store.started(), store.started()]);
	await using operator = await anOperator(store, THE_SESSION, locked);
	const beside = saying(store, neighbour, 40);
	const held = [5, 10, 15].map((value) => saying(store, locked, value));
	expect(statuses(await beside)).toEqual(["applied"]);
	expect(statuses(await saying(store, later, 40))).toEqual(["applied"]);
	// Alone in its group, it holds up nobody either.
	held.push(saying(store, locked, 20));
	expect(statuses(await saying(store, later, 45))).toEqual(["applied"]);

	await operator.release();
	held.push(saying(store, locked, 25));
	const outcomes = await Promise.all(held);
	const revisions = outcomes.map((one) => one.ok && one.results.map(({ result }) => result));
	expect(revisions).toMatchObject([2, 3, 4, 5, 6].map((revision) => [{ status: "applied", revision }]));
	const state = (await store.sessions.load(locked))?.state;
	expect(state?.answers[store.question("energy")]?.answer).toEqual(slider(25));
	await countersEqualRows(store);
});

test("an answer that stays locked for too long fails alone, without effect, and is taken when it comes again", async () => {
	await using store = await aStore({ on: "postgres", longest_wait_ms: 700 });
	const [locked, neighbour] = await Promise.all([store.started(), store.started()]);
	await saying(store, locked, 40);
	const batch = syncing(store, locked, answering(store, "energy", slider(45)));
	{
		await using operator = await anOperator(store, AN_ANSWER, locked);
		const held = store.sessions.operate(batch);
		const beside = saying(store, neighbour, 40);
		await expect(held).rejects.toThrow(StorageUnavailable);
		expect(statuses(await beside)).toEqual(["applied"]);
		expect((await store.sessions.load(locked))?.state.revision).toBe(2);
		await operator.release();
	}
	expect(statuses(await store.sessions.operate(batch))).toEqual(["applied"]);
	expect((await store.sessions.load(locked))?.state.revision).toBe(3);
	await countersEqualRows(store);
});

test("many locked sessions leave room for the others", async () => {
	await using store = await aStore({ on: "postgres" });
	const ids = await Promise.all(Array.from({ length: 12 }, () => store.started()));
	const free = ids.pop() as SessionId;
	await using all = new AsyncDisposableStack();
	const operators = [];
	for (const id of ids) operators.push(all.use(await anOperator(store, THE_SESSION, id)));
	const held = ids.map((id) => saying(store, id, 40));
	expect(statuses(await saying(store, free, 40))).toEqual(["applied"]);
	for (const operator of operators) await operator.release();
	for (const outcome of await Promise.all(held)) expect(statuses(outcome)).toEqual(["applied"]);
});
