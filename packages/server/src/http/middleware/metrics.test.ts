import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { createMeter } from "../../metrics/prometheus.ts";
import { aDatabase, engine } from "../../testing/stores/an-engine.ts";

/** The figures of a scrape by the text in front of them. */
async function figures(on: Awaited<ReturnType<typeof anApp>>): Promise<Map<string, number>> {
	const response = await on.app.request("/metrics");
	expect(response.status).toBe(200);
	expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
	const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	return new Map(
		lines.map((line) => {
			const at = line.lastIndexOf(" ");
			return [line.slice(0, at), Number(line.slice(at + 1))];
		}),
	);
}

const aMeteredApp = async () => {
	const meter = createMeter(() => []);
	return anApp({ meter });
};

const count = (all: Map<string, number>, name: string, label: string) =>
	all.get(`carhythm_${name}{${label}}`) ?? 0;

test("without the setting there is nothing at /metrics", async () => {
	await using on = await anApp();
	expect((await on.app.request("/metrics")).status).toBe(404);
});

describe("metrics", () => {
	test("tell what became of every write, and never an id", async () => {
		await using on = await aMeteredApp();
		const session_id = await on.start();
		const question_id = on.question("energy");
		const operation = (value: number, minutes_ago: number, operation_id = randomUUID() as string) => ({
			operation_id,
			client_time: new Date(Date.parse(on.now()) - minutes_ago * 60_000).toISOString(),
			command: { kind: "answer", question_id, answer: { type: "slider", value } },
		});
		const sync = (...operations: unknown[]) =>
			on.post(`/api/v2/session/${session_id}/sync`, { sent_at: on.now(), operations });
		on.pass({ seconds: 7200 });
		const first = operation(50, 10);
		await sync(first);
		await sync(first, { ...operation(20, 30), after: null }, operation(1e6, 0), { operation_id: "none" });
		await on.submit(session_id, "team", SAMPLER_ANSWERS.team);
		await on.post("/api/v2/answers/submit", "{");
		const replaced = await on.start({ replaces: session_id });
		await sync(operation(70, 0));
		await on.post(`/api/v2/session/${session_id}/restore`);
		await on.post(`/api/v2/session/${session_id}/complete`);
		await on.post(`/api/v2/session/${session_id}/complete`);
		await on.get("/api/v2/session/nobody");

		const all = await figures(on);
		const operations = (outcome: string) => count(all, "operations_total", `outcome="${outcome}"`);
		expect(["applied", "superseded", "late", "refused", "replayed"].map(operations)).toEqual([
			// Two answers, and completing twice.
			4, 1, 1, 1, 1,
		]);
		expect(all.get("carhythm_conflicts_total")).toBe(1);
		expect(count(all, "late_operations_total", 'code="session_abandoned"')).toBe(1);
		for (const code of ["answer_out_of_range", "invalid_operation", "invalid_json", "session_not_found"]) {
			expect([code, count(all, "refusals_total", `code="${code}"`)]).toEqual([code, 1]);
		}
		const turns = (turn: string) => count(all, "session_turns_total", `turn="${turn}"`);
		// The new session is set aside again by restoring the old one.
		expect(["started", "completed", "abandoned", "restored", "handed_over"].map(turns)).toEqual([
			2, 1, 2, 1, 0,
		]);
		expect(all.get("carhythm_outbox_age_seconds_count")).toBe(4);
		expect(all.get("carhythm_outbox_age_seconds_sum")).toBe(600 + 1800);
		expect(all.get('carhythm_commit_seconds_count{outcome="done"}')).toBeGreaterThanOrEqual(8);
		expect(all.get("carhythm_group_batches_count")).toBeGreaterThanOrEqual(6);
		const synced = 'method="POST",route="/api/v2/session/{session_id}/sync",status="200"';
		expect(count(all, "http_requests_total", synced)).toBe(3);
		expect(all.get("process_resident_memory_bytes")).toBeGreaterThan(0);
		const text = [...all.keys()].join("\n");
		for (const secret of [session_id, replaced, first.operation_id]) expect(text).not.toContain(secret);
		expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
	});

	test("tell of sessions that were asked for too late, of hand-offs and of pages that listen", async () => {
		await using on = await aMeteredApp();
		const session_id = await on.start();
		const { body } = await on.post(`/api/v2/session/${session_id}/handoff`, { operation_id: randomUUID() });
		await on.post("/api/v2/session/handoff/redeem", { code: body["code"], operation_id: randomUUID() });
		const ending = new AbortController();
		const response = await on.app.request(`/api/v2/session/${session_id}/events`, { signal: ending.signal });
		expect((await figures(on)).get("carhythm_event_streams")).toBe(1);
		await response.body?.cancel();
		on.pass({ days: 31 });
		// One comes back with a new front end, one with an existing one, which reads more than it has to.
		await on.get(`/api/v2/session/${session_id}`);
		await on.get(`/api/v2/session/${session_id}/validate`);
		await on.get(`/api/v2/session/${session_id}/progress`);
		const all = await figures(on);
		expect(all.get("carhythm_event_streams")).toBe(0);
		expect(count(all, "session_turns_total", 'turn="handed_over"')).toBe(1);
		expect(all.get("carhythm_expired_sessions_met_total")).toBe(2);
	});

	test("tell of writes for which there was no room", async () => {
		await using on = await aMeteredApp();
		const session_id = await on.start();
		// More than fits into the room that is there already.
		const operations = Array.from({ length: 50 }, () => ({
			operation_id: randomUUID(),
			client_time: on.now(),
			command: {
				kind: "answer",
				question_id: on.question("dream"),
				answer: { type: "essay", text: "جبل".repeat(100) },
			},
		}));
		const sync = () => on.post(`/api/v2/session/${session_id}/sync`, { sent_at: on.now(), operations });
		const failures = async () => {
			const all = await figures(on);
			return {
				commits: count(all, "commit_seconds_count", 'outcome="failed"'),
				refusals: count(all, "refusals_total", 'code="storage_unavailable"'),
			};
		};
		expect(await failures()).toEqual({ commits: 0, refusals: 0 });
		const makeRoom = await fill(on);
		expect((await sync()).status).toBe(503);
		expect(await failures()).toEqual({ commits: 1, refusals: 1 });
		await makeRoom();
		expect((await sync()).status).toBe(200);
		expect(await failures()).toEqual({ commits: 1, refusals: 1 });
	});

	test("an address that nobody serves makes no label of its own", async () => {
		await using on = await aMeteredApp();
		for (const path of ["/a", "/b", "/api/v2/c"]) await on.app.request(path);
		const all = await figures(on);
		const routes = [...all.keys()].flatMap((key) => /requests_total.*route="([^"]*)"/.exec(key)?.[1] ?? []);
		expect(new Set(routes)).toEqual(new Set(["unknown"]));
	});

	test.each([
		{ Origin: "http://localhost:3000" },
		{ "Sec-Fetch-Site": "cross-site" },
		{ "Sec-Fetch-Site": "same-site" },
	])("a page elsewhere gets nothing: %j", async (headers: Record<string, string>) => {
		await using on = await aMeteredApp();
		const response = await on.app.request("/metrics", { headers });
		expect(response.status).toBe(404);
		expect(await response.text()).not.toContain("carhythm_");
	});
});

/** Lets the database say that its disk is full. @returns what ends that */
async function fill({ database: { db } }: TestApp): Promise<() => Promise<void>> {
	const run = async (statement: string) => void (await sql.raw(statement).execute(db));
	if (engine === "sqlite") {
		await run("pragma max_page_count = 1");
		return () => run("pragma max_page_count = 1000000");
	}
	await run(`create function refuse() returns trigger language plpgsql as $$
		begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$`);
	await run("create trigger full_disk before insert on session_events execute function refuse()");
	return () => run("drop trigger full_disk on session_events");
}

test("connections to a server are counted by their purpose", async () => {
	await using place = await aDatabase();
	const database = await place.open();
	await database.reader.transaction().execute(async (snapshot) => sql`select 1`.execute(snapshot));
	const { text } = await createMeter(database.pools).read();
	const connections = text.split("\n").filter((line) => line.startsWith("carhythm_database_connections{"));
	const isWaiting = connections.filter((line) => line.includes('state="waiting"'));
	const open = ['purpose="write",state="open"', 'purpose="read",state="open"'];
	expect(open.map((labels) => connections.some((line) => line.endsWith(`{${labels}} 1`)))).toEqual(
		open.map(() => engine === "postgres"),
	);
	expect(isWaiting.every((line) => line.endsWith(" 0"))).toBe(true);
	await database.close();
});
