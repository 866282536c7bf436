// Runs once: only a connection to a server can fall silent, so it asks for PostgreSQL itself.
import { randomUUID } from "node:crypto";
import type { SessionId } from "@carhythm/core";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS } from "../../../test/an-app.ts";
import { aCluster } from "../../../test/campaigns/a-cluster.ts";
import { aPostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import { aSilentLine } from "../../testing/processes/a-silent-line.ts";
import { StorageUnavailable } from "../store.ts";
import { openPostgres } from "./open.ts";

/** Little for a test, and much for a database on a machine that has other things to do. */
const PATIENCE = { statement_ms: 3000, look_ms: 1000 };

/** The app on a database behind a line that can fall silent. */
async function anAppBehindALine() {
	const all = new AsyncDisposableStack();
	const lines: Awaited<ReturnType<typeof aSilentLine>>[] = [];
	const open = async (address: string) => {
		const line = all.use(await aSilentLine({ port: Number(new URL(address).port) }));
		lines.push(line);
		return openPostgres(line.through(address), PATIENCE);
	};
	const on = all.use(await anApp({ place: { on: "postgres", open } }));
	const [line] = lines;
	if (!line) throw new Error("The database was opened in another way.");
	return { ...on, line, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

type SilentApp = Awaited<ReturnType<typeof anAppBehindALine>>;

const ROW = { key: "k", is_default: 0, created_at: "2026-01-01T00:00:00.000Z" };
const UNAVAILABLE = { status: 503, body: { code: "storage_unavailable" } };

async function answersOf({ store }: SilentApp, id: string): Promise<unknown> {
	return (await store.sessions.load(id as SessionId))?.state;
}

test("a server that falls silent costs each request under way a 503; then new connections serve, and nobody meets another silent one", async () => {
	await using on = await anAppBehindALine();
	// Many at once: several connections lie ready when the line falls silent.
	const ids = await Promise.all(Array.from({ length: 6 }, () => on.start()));
	const [first = "", second = "", ...others] = ids;
	await Promise.all(ids.map((id) => on.get(`/api/v2/session/${id}`)));
	on.line.fallSilent();

	const submission_id = randomUUID();
	const under_way = on.submit(first, "team", SAMPLER_ANSWERS.team, { submission_id });
	const read = on.get(`/api/v2/session/${second}`);
	for (const reply of [await under_way, await read]) {
		expect(reply).toMatchObject(UNAVAILABLE);
		expect(reply.headers.get("retry-after")).toBe("5");
	}

	const again = await on.submit(first, "team", SAMPLER_ANSWERS.team, { submission_id });
	expect(again).toMatchObject({ status: 200, body: { xp_gained: 10, total_xp: 10 } });
	for (const id of others) {
		expect((await on.submit(id, "team", SAMPLER_ANSWERS.team)).status).toBe(200);
		expect((await on.get(`/api/v2/session/${id}`)).status).toBe(200);
	}
	expect((await Promise.all(ids.map(() => on.start()))).every((id) => id !== "undefined")).toBe(true);
});

test("a commit whose reply does not come is given up when the server is no longer at it; sent again, it has one effect", async () => {
	await using on = await anAppBehindALine();
	const id = await on.start();
	const submission_id = randomUUID();
	// The whole statement: a transaction begins "read committed".
	on.line.fallSilentAfter("commit\0");
	expect(await on.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id })).toMatchObject(UNAVAILABLE);
	const again = await on.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id });
	expect(again).toMatchObject({ status: 200, body: { xp_gained: 10, total_xp: 10 } });
	expect(await answersOf(on, id)).toMatchObject({ answered: 1, revision: 2 });
});

test("what a silent connection had locked is free for the same student at once", async () => {
	await using on = await anAppBehindALine();
	const id = await on.start();
	on.line.fallSilentAfter("for update");
	expect(await on.submit(id, "team", SAMPLER_ANSWERS.team)).toMatchObject(UNAVAILABLE);
	// On a busy machine a statement may take longer than this test's three seconds; the same request is then sent again.
	const submission_id = randomUUID();
	const submit = async () => (await on.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id })).status;
	await expect.poll(submit, { timeout: 10_000 }).toBe(200);
	expect(await answersOf(on, id)).toMatchObject({ answered: 1, revision: 2 });
});

test("closing waits for nothing that a silent server still owes", async () => {
	await using there = await aPostgresDatabase();
	await using line = await aSilentLine(there);
	const database = await openPostgres(line.through(there.address));
	line.fallSilent();
	const owed = expect(sql`select 1`.execute(database.db)).rejects.toThrow(StorageUnavailable);
	await expect.poll(() => database.pools()[0]).toMatchObject({ purpose: "write", open: 1, idle: 0 });
	await database.close();
	await owed;
});

test("a commit that waits for a synchronous standby is not taken for silence, however often it is looked after", async () => {
	await using cluster = await aCluster();
	await using line = await aSilentLine(cluster);
	const database = await openPostgres(line.through(cluster.url.url), PATIENCE);
	await cluster.waitFor("never_there");
	const before = line.opened();
	const write = database.db.transaction().execute((tx) => tx.insertInto("assessments").values(ROW).execute());
	// Each look is a connection.
	await expect.poll(line.opened, { timeout: 30_000 }).toBeGreaterThan(before + 3);
	await cluster.waitFor("");
	await write;
	const keys = await database.reader.selectFrom("assessments").select("key").execute();
	expect(keys).toContainEqual({ key: ROW.key });
	await database.close();
});
