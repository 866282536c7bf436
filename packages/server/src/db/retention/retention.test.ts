import { addDays, type Instant, type SessionId } from "@carhythm/core";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { createStore } from "../create-store.ts";
import { listOperatorEvents, verifyOperatorLog } from "../operator-log/read.ts";
import { single } from "../store.ts";
import { retentionTick, runState } from "./automatic.ts";
import type { RetentionRules } from "./kinds.ts";
import { countDue, type PurgeOptions, purge } from "./purge.ts";

const DAYS = {
	session_expiry_days: 30,
	retention_unfinished_days: 30,
	retention_set_aside_days: 30,
	retention_completed_days: 365,
	retention_person_days: 90,
	retention_feedback_days: 60,
	retention_late_days: 40,
	retention_codes_days: 1,
	retention_backups_days: 90,
};

function retentionRulesOf(store: TestStore, changes: Partial<RetentionRules> = {}): RetentionRules {
	return { ...DAYS, now: store.now(), ...changes };
}

function optionsOf(store: TestStore, changes: Partial<PurgeOptions> = {}): PurgeOptions {
	return {
		rules: () => retentionRulesOf(store),
		actor: { kind: "system_user", name: "amal" },
		eraseKept,
		memory: null,
		...changes,
	};
}

async function dueOf(store: TestStore, changes: Partial<RetentionRules> = {}) {
	const due = await countDue(store.database, retentionRulesOf(store, changes));
	return Object.fromEntries(due.filter(({ count }) => count > 0).map(({ kind, count }) => [kind, count]));
}

async function removedBy(store: TestStore, options: PurgeOptions = optionsOf(store)) {
	const done = await purge(store.database, options);
	return Object.fromEntries(Object.entries(done?.removed ?? {}).filter(([, count]) => count > 0));
}

const essay = (store: TestStore, text: string) =>
	({ kind: "answer", question_id: store.question("dream"), answer: { type: "essay", text } }) as const;

const PERSON = {
	email: "a@b.example",
	full_name: "Amal",
	age_group: "16",
	country: "X",
	origin_country: "X",
};

async function completed(store: TestStore): Promise<SessionId> {
	const session_id = await store.started();
	await store.sessions.saveStudentInfo(session_id, PERSON);
	return session_id;
}

async function idsIn(store: TestStore): Promise<string[]> {
	const rows = await store.database.db.selectFrom("student_responses").select("session_id").execute();
	return rows.map(({ session_id }) => session_id);
}

test("an unfinished session expires first, and is erased only after its retention on top of that", async () => {
	await using store = await aStore();
	const session_id = await store.started();
	store.pass({ days: 10 });
	await store.sessions.operate(single(session_id, anOperationId(), essay(store, "still here")));
	store.pass({ days: 60 });
	expect(await dueOf(store)).toEqual({});
	expect(await removedBy(store)).toEqual({});
	store.pass({ seconds: 1 });
	expect(await dueOf(store)).toEqual({ unfinished: 1 });
	expect(await dueOf(store, { retention_unfinished_days: 0 })).toEqual({});
	expect(await removedBy(store)).toEqual({ unfinished: 1 });
	expect(await idsIn(store)).toEqual([]);
	expect(await store.sessions.find(session_id)).toBeNull();
});

test("a session that was set aside goes by the day on which that happened, its successor stays", async () => {
	await using store = await aStore();
	const old = await store.started();
	store.pass({ days: 20 });
	const fresh = await store.started(old);
	store.pass({ days: 30 });
	expect(await dueOf(store)).toEqual({});
	store.pass({ seconds: 1 });
	expect(await dueOf(store)).toEqual({ set_aside: 1 });
	expect(await removedBy(store)).toEqual({ set_aside: 1 });
	expect(await idsIn(store)).toEqual([fresh]);
});

test("of a completed session first the feedback goes, then the person, then the rest", async () => {
	await using store = await aStore();
	const session_id = await completed(store);
	const stores = createStore(store.database, {
		now: store.now,
		randomBytes: () => new Uint8Array(),
		expiry_days: 30,
	});
	await stores.feedback.save(session_id, {
		rating: 1,
		experience_text: "x",
		would_recommend: null,
		suggestions: null,
	});
	const given = addDays(store.now(), 0);
	await sql`update feedbacks set created_at = ${given}`.execute(store.database.db);
	store.pass({ days: 60, seconds: 1 });
	expect(await removedBy(store)).toEqual({ feedback: 1 });
	store.pass({ days: 30 });
	expect(await dueOf(store)).toEqual({ person: 1 });
	expect(await removedBy(store)).toEqual({ person: 1 });
	const [row] = await store.database.db.selectFrom("student_responses").selectAll().execute();
	expect(row).toMatchObject({
		session_id,
		email: "temp@temp.com",
		full_name: "In Progress",
		status: "completed",
	});
	expect(await dueOf(store)).toEqual({});
	store.pass({ days: 275 });
	expect(await removedBy(store)).toEqual({ completed: 1 });
	expect(await idsIn(store)).toEqual([]);
});

test("what came late to a session that ended goes by the time at which it came, an active one keeps it", async () => {
	await using store = await aStore();
	const session_id = await completed(store);
	const late = single(session_id, anOperationId(), essay(store, "too late"));
	await store.sessions.operate({ ...late, mode: "sync" });
	store.pass({ days: 40 });
	expect(await dueOf(store)).toEqual({});
	store.pass({ seconds: 1 });
	expect(await dueOf(store)).toEqual({ late: 1 });
	await sql`update student_responses set status = 'active'`.execute(store.database.db);
	expect(await dueOf(store)).toEqual({});
	await sql`update student_responses set status = 'completed'`.execute(store.database.db);
	expect(await removedBy(store)).toEqual({ late: 1 });
	expect((await store.sessions.load(session_id))?.state.status).toBe("completed");
});

test("codes for another device go a day after they ran out", async () => {
	await using store = await aStore();
	const session_id = await store.started();
	await store.sessions.handOff(session_id, anOperationId());
	store.pass({ days: 1, seconds: 600 });
	expect(await dueOf(store)).toEqual({});
	store.pass({ seconds: 1 });
	expect(await removedBy(store)).toEqual({ codes: 1 });
	expect((await store.sessions.find(session_id))?.state.status).toBe("active");
});

test("an adopted database is not emptied: its sessions count from their adoption", async () => {
	await using store = await aStore();
	await completed(store);
	store.pass({ days: 1000 });
	const adopted_at: Instant = addDays(store.now(), -90);
	await sql`update session_details set adopted_at = ${adopted_at}`.execute(store.database.db);
	expect(await dueOf(store)).toEqual({});
	store.pass({ seconds: 1 });
	expect(await dueOf(store)).toEqual({ person: 1 });
});

test("a session that comes back to life between the look and the lock stays", async () => {
	await using store = await aStore();
	const session_id = await store.started();
	store.pass({ days: 61 });
	const { database } = store;
	const removed = await database.reader.transaction().execute(async (snapshot) => {
		await snapshot.selectFrom("student_responses").select("id").execute();
		await sql`update student_responses set last_activity = ${store.now()}`.execute(database.db);
		// It looks at the state of before.
		return removedBy({ ...store, database: { ...database, reader: snapshot } });
	});
	expect(removed).toEqual({});
	expect(await idsIn(store)).toEqual([session_id]);
	expect(await verifyOperatorLog(database)).toMatchObject({ ok: true, head: { events: 0 } });
});

test("more sessions than one transaction holds are erased in several, each in the operators' log and remembered", async () => {
	await using store = await aStore();
	for (let n = 0; n < 23; n += 1) await store.started();
	const kept = await (async () => {
		store.pass({ days: 61 });
		return store.started();
	})();
	const remembered: string[] = [];
	const memory: PurgeOptions["memory"] = {
		key_id: "k",
		hashOf: (session_id) => `hash of ${session_id}`,
		remember: (erasures) => remembered.push(...erasures.map(({ session_hash }) => session_hash)) > 0,
		recall: () => [],
	};
	expect(await removedBy(store, optionsOf(store, { memory }))).toEqual({ unfinished: 23 });
	expect(await idsIn(store)).toEqual([kept]);
	expect(remembered).toHaveLength(23);
	const { rows } = await sql<{ session_hash: string }>`select session_hash from erasures`.execute(
		store.database.db,
	);
	expect(rows.map(({ session_hash }) => session_hash).sort()).toEqual(remembered.sort());
	const events = await listOperatorEvents(store.database, { limit: 50 });
	expect(events.map(({ actor, action, details }) => [actor, action, JSON.parse(details).removed])).toEqual([
		["amal", "sessions.purge", 3],
		["amal", "sessions.purge", 10],
		["amal", "sessions.purge", 10],
	]);
	expect(await verifyOperatorLog(store.database)).toMatchObject({ ok: true });
});

test("one process at a time removes; one that died gives way after ten minutes", async () => {
	await using store = await aStore();
	await store.started();
	store.pass({ days: 61 });
	const until = addDays(store.now(), 10 / 1440);
	await sql`update retention_runs set lease_ends_at = ${until}`.execute(store.database.db);
	expect(await purge(store.database, optionsOf(store))).toBeNull();
	store.pass({ seconds: 600 });
	expect(await purge(store.database, optionsOf(store))).toBeNull();
	store.pass({ seconds: 1 });
	expect(await removedBy(store)).toEqual({ unfinished: 1 });
	const [runs] = await store.database.db.selectFrom("retention_runs").selectAll().execute();
	expect(runs).toMatchObject({ lease_ends_at: null, finished_at: store.now() });
});

test("the server begins to remove thirty days after it first looked, at night, once", async () => {
	await using store = await aStore();
	await store.started();
	store.pass({ days: 61 });
	const said: unknown[] = [];
	const tell = (...words: unknown[]) => void said.push(words);
	const tick = (hour: number) =>
		retentionTick(store.database, {
			...optionsOf(store),
			openMemory: () => null,
			log: { info: tell, warn: tell },
			purgeFiles: () => 0,
			hour: () => hour,
			signal: new AbortController().signal,
		});
	await tick(3);
	expect(said).toEqual([[{ from: addDays(store.now(), 30) }, expect.any(String)]]);
	store.pass({ days: 29 });
	await tick(3);
	expect(await idsIn(store)).toHaveLength(1);
	store.pass({ days: 1 });
	await tick(3);
	expect(await idsIn(store)).toEqual([]);
	expect(said.at(-1)).toEqual([expect.objectContaining({ unfinished: 1 }), "retention"]);
	expect(JSON.stringify(said)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);

	await store.started();
	store.pass({ days: 61 });
	const lines = said.length;
	await sql`update retention_runs set finished_at = ${addDays(store.now(), -1)}`.execute(store.database.db);
	await tick(12);
	expect(said).toHaveLength(lines);
	await tick(1);
	expect(await idsIn(store)).toEqual([]);
});

test.each([
	[null, null, 3, "grace"],
	[-29, null, 3, "grace"],
	[-30, null, 12, "due"],
	[-60, -0.8, 3, "not_yet"],
	[-60, -0.9, 3, "due"],
	[-60, -0.9, 0, "not_yet"],
	[-60, -0.9, 5, "not_yet"],
	[-60, -1.9, 12, "not_yet"],
	[-60, -2, 12, "due"],
])(
	"retention that began %s days ago and ran %s days ago is, at %i o'clock: %s",
	(began, ran, hour, state) => {
		const now = "2026-03-01T08:00:00.000Z";
		const at = (days: number | null) => (days === null ? null : addDays(now, days));
		expect(runState({ began_at: at(began), finished_at: at(ran) }, now, hour)).toBe(state);
	},
);

test("sessions far apart by their numbers are found, window by window", async () => {
	await using store = await aStore();
	await store.started();
	const { db } = store.database;
	await sql`insert into student_responses (id, session_id, email, full_name, age_group, country, origin_country,
		created_at, status, last_activity, completed_at)
		select 90001, '3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11', 'a@b.example', 'A', '', '', '', created_at, 'completed',
			last_activity, last_activity from student_responses`.execute(db);
	store.pass({ days: 91 });
	expect(await removedBy(store)).toEqual({ unfinished: 1, person: 1 });
});
