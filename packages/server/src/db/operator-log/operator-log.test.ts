import { sql } from "kysely";
import { expect, test } from "vitest";
import { aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { inTransaction } from "../transaction.ts";
import { type OperatorEvent, recordOperatorEvent } from "./append.ts";
import { listOperatorEvents, verifyOperatorLog } from "./read.ts";

const ACTOR = { kind: "system_user", name: "amal" } as const;

function record({ database, now }: TestStore, event: Partial<OperatorEvent> = {}) {
	return inTransaction(database, (tx) =>
		recordOperatorEvent(tx, { actor: ACTOR, action: "session.show", ...event }, now()),
	);
}

async function aLogOfFive() {
	const store = await aStore();
	for (const target of ["A0000-00001", "A0000-00002", "A0000-00003", "A0000-00004", "A0000-00005"]) {
		store.pass({ seconds: 1 });
		await record(store, { target, details: { words: "Ünïcödé \u0000 \"'", n: 1.5 } });
	}
	return store;
}

test("an operator log of several events is whole, and its head names the last one", async () => {
	await using store = await aLogOfFive();
	const [newest, ...others] = await listOperatorEvents(store.database, { limit: 50 });
	expect(others.map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1]);
	expect(newest).toMatchObject({ actor: "amal", action: "session.show", target: "A0000-00005" });
	expect(await verifyOperatorLog(store.database)).toEqual({
		ok: true,
		head: { events: 5, hash: newest?.hash },
	});
	const one = await listOperatorEvents(store.database, { limit: 50, target: "A0000-00002" });
	expect(one.map(({ sequence }) => sequence)).toEqual([2]);
	expect(await listOperatorEvents(store.database, { limit: 50, action: "session.erase" })).toEqual([]);
});

test("an empty operator log is whole", async () => {
	await using store = await aStore();
	expect(await verifyOperatorLog(store.database)).toEqual({ ok: true, head: { events: 0, hash: "" } });
});

test.each([
	["changed", "update operator_events set actor = 'nobody' where sequence = 3", "Event 3 was changed"],
	[
		"a changed time",
		"update operator_events set at = '2026-03-02T08:00:00.000Z' where sequence = 1",
		"Event 1",
	],
	["changed details", "update operator_events set details = '{}' where sequence = 5", "Event 5 was changed"],
	["a deleted row", "delete from operator_events where sequence = 3", "Event 3 is missing"],
	["a deleted first row", "delete from operator_events where sequence = 1", "Event 1 is missing"],
	["a cut-off end", "delete from operator_events where sequence > 3", "event 3, its head names event 5"],
	["everything deleted", "delete from operator_events", "event 0, its head names event 5"],
	["a head that is gone", "delete from operator_log_head", "The head of the log is missing"],
	[
		"rows that changed places",
		`update operator_events set sequence = -sequence where sequence in (2, 4);
		update operator_events set sequence = 6 + sequence where sequence < 0`,
		"Event 2 does not follow event 1",
	],
	[
		"a row that was put in",
		`insert into operator_events select 6, at, actor_kind, actor, account_id, action, target, reason, details, inverse,
			hash, hash from operator_events where sequence = 5`,
		"Event 6 was changed",
	],
	[
		"a deleted row with the rest moved up",
		`delete from operator_events where sequence = 3;
		update operator_events set sequence = 3 where sequence = 4`,
		"Event 3 does not follow event 2",
	],
])("tampering with the operator log is found: %s", async (_, statements, problem) => {
	await using store = await aLogOfFive();
	for (const statement of statements.split(";")) await sql.raw(statement).execute(store.database.db);
	expect(await verifyOperatorLog(store.database)).toMatchObject({
		ok: false,
		problem: expect.stringContaining(problem),
	});
});

test("a tail that was cut off together with the head is found by a head that was noted elsewhere only", async () => {
	await using store = await aLogOfFive();
	const { head } = await verifyOperatorLog(store.database);
	await sql`delete from operator_events where sequence > 3`.execute(store.database.db);
	await sql`update operator_log_head set events = 3,
		hash = (select hash from operator_events where sequence = 3)`.execute(store.database.db);
	expect(await verifyOperatorLog(store.database)).toMatchObject({ ok: true, head: { events: 3 } });
	expect(await verifyOperatorLog(store.database, head)).toMatchObject({
		ok: false,
		problem: "The log ends with event 3, event 5 was noted: the end was cut off.",
	});

	await record(store, { target: "A0000-00009" });
	await record(store, { target: "A0000-00009" });
	expect(await verifyOperatorLog(store.database)).toMatchObject({ ok: true, head: { events: 5 } });
	expect(await verifyOperatorLog(store.database, head)).toMatchObject({
		ok: false,
		problem: expect.stringContaining("Event 5 is not the one that was noted"),
	});
});

test("an act that fails leaves no event in the operator log, and the next one takes its number", async () => {
	await using store = await aStore();
	const failing = inTransaction(store.database, async (tx) => {
		await recordOperatorEvent(tx, { actor: ACTOR, action: "session.erase" }, store.now());
		throw new Error("the act failed");
	});
	await expect(failing).rejects.toThrow("the act failed");
	expect(await record(store)).toBe(1);
	expect(await verifyOperatorLog(store.database)).toMatchObject({ ok: true, head: { events: 1 } });
});

test("several processes that append to the operator log at once make one chain", async () => {
	await using store = await aStore();
	const others = await Promise.all([store.place.open(), store.place.open(), store.place.open()]);
	for (const other of others) other.dialect.expectSmallWrites();
	const events = others.flatMap((database) =>
		Array.from({ length: 8 }, () => record({ ...store, database } as TestStore)),
	);
	const numbers = await Promise.all(events);
	expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
	expect(await verifyOperatorLog(store.database)).toMatchObject({ ok: true, head: { events: 24 } });
	await Promise.all(others.map((database) => database.close()));
});
