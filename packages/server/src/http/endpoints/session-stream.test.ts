import { setTimeout as sleep } from "node:timers/promises";
import { type SessionId, SessionNotice } from "@carhythm/core";
import { sql } from "kysely";
import { describe, expect, test, vi } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { limitsWith } from "../../limits.ts";
import type { Job } from "../../testing/programs/racer.ts";
import { someRacers } from "../../testing/programs/racers.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";
import { engine } from "../../testing/stores/an-engine.ts";

const pathOf = (session_id: string) => `/api/v2/session/${session_id}/events`;

/** One who listens: `next` waits for the next notice, and gives null when the stream has ended. */
async function hear(app: TestApp, session_id: string, headers: Record<string, string> = {}) {
	const response = await app.app.request(pathOf(session_id), { headers });
	if (!response.ok || !response.body) throw new Error(`There is no stream: ${response.status}.`);
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let text = "";
	return {
		response,
		async next(): Promise<(SessionNotice & { id: string }) | null> {
			for (;;) {
				const [event = "", ...rest] = text.split("\n\n");
				if (rest.length > 0) {
					text = rest.join("\n\n");
					const data = /^data: (.*)$/m.exec(event)?.[1];
					if (!data || event.startsWith("event: beat\n")) continue;
					expect(event).toContain("event: session\n");
					return { ...SessionNotice.parse(JSON.parse(data)), id: /^id: (\S+)$/m.exec(event)?.[1] ?? "" };
				}
				const { value, done } = await reader.read();
				if (done) return null;
				text += value;
			}
		},
		end: () => reader.cancel(),
	};
}

/** The id under which a stream tells a revision of this database. */
async function lastEventId(app: TestApp, session_id: string, revision: number): Promise<string> {
	const { body } = await app.get(`/api/v2/session/${session_id}`);
	return `${revision}@${body["incarnation"]}`;
}

test("tells at once how things are, and then what every device does", async () => {
	await using app = await anApp();
	const id = await app.start();
	const heard = await hear(app, id);
	expect(heard.response.headers.get("content-type")).toBe("text/event-stream");
	expect(heard.response.headers.get("cache-control")).toBe("no-store");
	const first = await heard.next();
	const incarnation = first?.incarnation ?? "";
	const plain = { revision: 1, status: "active", holder: null, incarnation, erase_at: null };
	expect(first).toEqual({ id: `1@${incarnation}`, ...plain });
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({ incarnation });

	await app.submit(id, "team", SAMPLER_ANSWERS.team);
	expect(await heard.next()).toMatchObject({ revision: 2 });
	const { body } = await app.post(`/api/v2/session/${id}/handoff`);
	await app.post("/api/v2/session/handoff/redeem", { code: body["code"], label: "Phone" });
	expect(await heard.next()).toMatchObject({ revision: 3, holder: { label: "Phone" } });
	await app.start({ replaces: id });
	expect(await heard.next()).toMatchObject({ status: "user_abandoned_not_completed" });
	await app.post(`/api/v2/session/${id}/restore`);
	expect(await heard.next()).toMatchObject({ status: "active" });
	await app.post(`/api/v2/session/${id}/complete`);
	expect(await heard.next()).toMatchObject({ status: "completed", erase_at: null });
	const { body: asked } = await app.post(`/api/v2/session/${id}/erase`);
	expect(await heard.next()).toMatchObject({ status: "completed", erase_at: asked["erase_at"] });
	await app.post(`/api/v2/session/${id}/erase/undo`);
	expect(await heard.next()).toMatchObject({ erase_at: null });
	await heard.end();
});

test("beats at once and goes on to, also for one to whom nothing is new", async () => {
	vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
	try {
		await using app = await anApp();
		const id = await app.start();
		const seen = await lastEventId(app, id, 1);
		const { body } = await app.app.request(pathOf(id), { headers: { "Last-Event-ID": seen } });
		const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
		expect((await reader?.read())?.value).toContain("\n\nevent: beat\ndata: 15000\n\n");
		vi.advanceTimersByTime(15_000);
		expect((await reader?.read())?.value).toBe("event: beat\ndata: 15000\n\n");
		await reader?.cancel();
	} finally {
		vi.useRealTimers();
	}
});

test("goes on where a broken connection stopped", async () => {
	await using app = await anApp();
	const id = await app.start();
	const seen = await lastEventId(app, id, 1);
	const upToDate = await hear(app, id, { "Last-Event-ID": seen });
	await app.submit(id, "team", SAMPLER_ANSWERS.team);
	// The first notice is of what came after, not of what was known.
	expect(await upToDate.next()).toMatchObject({ revision: 2 });
	const behind = await hear(app, id, { "Last-Event-ID": seen });
	expect(await behind.next()).toMatchObject({ revision: 2 });
	for (const one of [upToDate, behind]) await one.end();
});

test("reading it is no activity", async () => {
	await using app = await anApp();
	const id = await app.start();
	app.pass({ days: 3 });
	const heard = await hear(app, id);
	await heard.next();
	const { body } = await app.get(`/api/v2/session/${id}`);
	expect(body["session"]).toMatchObject({ last_activity: "2026-03-01T08:00:00.000Z", revision: 1 });
	await heard.end();
});

test("tells at once a session of a database that came back from a backup, also at the same revision", async () => {
	await using app = await anApp();
	const id = await app.start();
	const seen = await lastEventId(app, id, 1);
	await app.database.db
		.insertInto("database_incarnations")
		.values({ incarnation: "after a restore", since: app.now() })
		.execute();
	const heard = await hear(app, id, { "Last-Event-ID": seen });
	expect(await heard.next()).toMatchObject({ revision: 1, incarnation: "after a restore" });
	await heard.end();
});

test("a session has eight listeners at most; whoever leaves makes room", async () => {
	await using app = await anApp({ config: { limits: limitsWith() } });
	const id = await app.start();
	const heard = await Promise.all(Array.from({ length: 8 }, () => hear(app, id)));
	const ninth = await app.get(pathOf(id));
	expect([ninth.status, ninth.body["code"], ninth.headers.get("retry-after")]).toEqual([
		429,
		"too_many_requests",
		"30",
	]);
	await heard[0]?.end();
	const tenth = await hear(app, id);
	expect(await tenth.next()).toMatchObject({ revision: 1 });
	for (const one of [...heard, tenth]) await one.end();
	expect((await app.get(pathOf("unknown"))).status).toBe(404);
});

test("whoever asks for the head alone gets it, and takes nobody's place", async () => {
	await using app = await anApp({ config: { limits: limitsWith() } });
	const id = await app.start();
	const head = (session_id: string) => app.app.request(pathOf(session_id), { method: "HEAD" });
	for (let i = 0; i < 9; i += 1) {
		const { status, headers } = await head(id);
		expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream"]);
	}
	const heard = await Promise.all(Array.from({ length: 8 }, () => hear(app, id)));
	expect((await head(id)).status).toBe(429);
	for (const one of heard) await one.end();
	expect((await head("unknown")).status).toBe(404);
});

test("ends with the server, for those who come then too", async () => {
	await using app = await anApp();
	const id = await app.start();
	const heard = await hear(app, id);
	await heard.next();
	app.store.notifier.close();
	expect(await heard.next()).toBeNull();
	const late = await hear(app, id);
	await late.next();
	expect(await late.next()).toBeNull();
});

// A look when the stream begins and one each time the listener has connected tell of one change each. What
// comes after them is told by word of the other process, or not before the heartbeat.
describe("what another process on the same database does", () => {
	test("is heard within five seconds, time and again", async () => {
		await using app = await anApp();
		const id = await app.start();
		await using racers = await someRacers(app, 1);
		const heard = await hear(app, id);
		await heard.next();
		for (const label of ["Phone", "Tablet", "Library"]) {
			await racers.all([takingOver(id, label)]);
			expect(await inTime(heard)).toMatchObject({ holder: { label } });
		}
		await heard.end();
	});

	test.runIf(engine === "postgres")("is heard again when the connection that listens was lost", async () => {
		await using app = await anApp();
		const id = await app.start();
		await using racers = await someRacers(app, 1);
		const heard = await hear(app, id);
		await heard.next();
		await racers.all([takingOver(id, "Before")]);
		expect(await inTime(heard)).toMatchObject({ holder: { label: "Before" } });
		// Not before it listens: there is nothing to lose until then.
		await expect.poll(() => endListening(app), { timeout: PROMISED_MS }).toBe(1);
		for (const label of ["Meanwhile", "Afterwards", "At last"]) {
			await racers.all([takingOver(id, label)]);
			expect(await inTime(heard)).toMatchObject({ holder: { label } });
		}
		await heard.end();
	});
});

function takingOver(session_id: string, label: string): Job {
	const device_id = anOperationId();
	const command = { kind: "hold", device_id, label } as const;
	return { kind: "operate", session_id: session_id as SessionId, operation_id: anOperationId(), command };
}

/** What a device is promised: to know within this time that the session goes on elsewhere. */
const PROMISED_MS = 5000;

async function inTime({ next }: Pick<Awaited<ReturnType<typeof hear>>, "next">) {
	return Promise.race([next(), sleep(PROMISED_MS, "nothing heard in time", { ref: false })]);
}

/** Ends the connections that listen, as a firewall or a restart does. @returns how many there were */
async function endListening(app: TestApp): Promise<number> {
	const { rows } = await sql<{ pg_terminate_backend: boolean }>`
		select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and query like 'listen %' and state = 'idle'`.execute(app.database.db);
	return rows.length;
}
