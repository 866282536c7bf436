import { randomBytes } from "node:crypto";
import type { Command, SessionId } from "@carhythm/core";
import { type KyselyPlugin, sql, type Transaction } from "kysely";
import { expect, test } from "vitest";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { engine } from "../../testing/stores/an-engine.ts";
import { answering, slider, syncing } from "../../testing/stores/batches.ts";
import type { Schema } from "../schema.ts";
import { single } from "../store.ts";
import { NEWEST_COLUMNS, selectNewest, TOUCHED } from "./newest-events.ts";
import { createSessionStore } from "./session-store.ts";

/** The store once more, which counts the queries and the rows that its reads get. */
function counting({ database, assessments, now }: TestStore) {
	const taken = { queries: 0, rows: 0 };
	const plugin: KyselyPlugin = {
		transformQuery: ({ node }) => node,
		async transformResult({ result }) {
			taken.queries += 1;
			taken.rows += result.rows.length;
			return result;
		},
	};
	const reader = database.reader.withPlugin(plugin);
	const store = createSessionStore(
		{ ...database, reader },
		{ assessments, now, randomBytes, expiry_days: 30 },
	);
	return async (session_id: SessionId) => {
		Object.assign(taken, { queries: 0, rows: 0 });
		const session = await store.load(session_id);
		return { session, ...taken };
	};
}

async function sync(store: TestStore, id: SessionId, commands: Parameters<typeof syncing>[2][]) {
	const outcome = await store.sessions.operate(syncing(store, id, ...commands));
	if (!outcome.ok) throw new Error(outcome.refusal.detail);
	return outcome.results.map(({ result }) => result.status);
}

/** The ways in which one question gets a history: each gives the commands of one round of it. */
const HISTORIES = {
	"an answer that is changed": (store: TestStore, n: number) => [
		answering(store, "energy", slider(n % 2 ? 5 : 10)),
	],
	"a question that is cleared again and again": (store: TestStore) => [
		{ kind: "clear", question_id: store.question("energy") } satisfies Command,
	],
	"an answer whose older ones arrive after it": (store: TestStore, n: number) => [
		n === 0
			? answering(store, "energy", slider(10))
			: {
					id: anOperationId(),
					command: answering(store, "energy", slider(5)),
					client_time: "2026-03-01T08:00:00.000Z",
				},
	],
} as const;

test.each(Object.entries(HISTORIES))(
	"reading a session gets as many rows however long its history is: %s",
	async (_, round) => {
		await using store = await aStore();
		const load = counting(store);
		const short = await store.started();
		const long = await store.started();
		store.pass({ seconds: 60 });
		for (const id of [short, long]) await sync(store, id, round(store, 0).concat(round(store, 1)));
		for (let n = 0; n < 4; n += 1) {
			store.pass({ seconds: 1 });
			const commands = Array.from({ length: 100 }, (_, i) => round(store, 2 + i)).flat();
			await sync(store, long, commands);
		}

		const [a, b] = [await load(short), await load(long)];
		expect(b).toMatchObject({ queries: a.queries, rows: a.rows });
		expect(b.session?.state.answers[store.question("energy")]?.answer).toEqual(
			a.session?.state.answers[store.question("energy")]?.answer,
		);
		expect(b.session?.state.revision).toBeGreaterThan(400);
	},
);

test("the newest events of a question are looked up in indexes that hold them alone, the newest first", async () => {
	await using store = await aStore();
	const id = await store.started();
	const commands = Array.from({ length: 500 }, (_, n) => [
		answering(store, "energy", slider(n % 2 ? 5 : 10)),
		{ kind: "clear", question_id: store.question("energy") } satisfies Command,
	]).flat();
	await sync(store, id, commands);
	await store.sessions.operate(single(id, anOperationId(), { kind: "complete" }));
	await sync(store, id, commands);
	const { response_id } = await store.database.db
		.selectFrom("session_events")
		.select("response_id")
		.executeTakeFirstOrThrow();
	const wanted = store.database.dialect.rows(TOUCHED, [
		{ response_id, question_id: store.question("energy") },
	]);
	const query = selectNewest<{ kind: string }>(wanted, NEWEST_COLUMNS);

	if (engine === "sqlite") {
		const { rows } = await sql<{ detail: string }>`explain query plan ${query}`.execute(store.database.db);
		const plan = rows.map(({ detail }) => detail).join("\n");
		expect(
			plan.match(
				/SEARCH n USING.* INDEX idx_session_events_applied \(response_id=\? AND question_id=\? AND kind=\?\)/g,
			),
		).toHaveLength(2);
		expect(
			plan.match(
				/SEARCH n USING.* INDEX idx_session_events_superseded \(response_id=\? AND question_id=\? AND kind=\?\)/g,
			),
		).toHaveLength(2);
		expect(plan).not.toMatch(/TEMP B-TREE|SCAN [en]\b/);
		return;
	}
	await sql`analyze session_events`.execute(store.database.db);
	const read = await store.database.db.transaction().execute(async (tx) => {
		const before = await rowsRead(tx);
		const { rows } = await query.execute(tx);
		expect(rows.map(({ kind }) => kind).sort()).toEqual(["answer", "clear"]);
		return (await rowsRead(tx)) - before;
	});
	expect(read).toBeLessThan(10);
});

/** How many rows of the history this connection to PostgreSQL has read, by its own count. */
async function rowsRead(tx: Transaction<Schema>): Promise<number> {
	const { rows } = await sql<{ read: string }>`
		select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as read
		from pg_stat_xact_user_tables where relname = 'session_events'`.execute(tx);
	return Number(rows[0]?.read);
}
