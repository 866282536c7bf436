import { type SessionId, SessionNotice } from "@carhythm/core";
import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../test/an-app.ts";
import { anOperationId } from "../testing/a-store.ts";
import { someRacers } from "../testing/racers.ts";

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
					if (!data) continue;
					expect(event).toContain("event: session\n");
					return { ...SessionNotice.parse(JSON.parse(data)), id: /^id: (\d+)$/m.exec(event)?.[1] ?? "" };
				}
				const { value, done } = await reader.read();
				if (done) return null;
				text += value;
			}
		},
		end: () => reader.cancel(),
	};
}

test("tells at once how things are, and then what every device does", async () => {
	await using app = await anApp();
	const id = await app.start();
	const heard = await hear(app, id);
	expect(heard.response.headers.get("content-type")).toBe("text/event-stream");
	expect(heard.response.headers.get("cache-control")).toBe("no-store");
	expect(await heard.next()).toEqual({ id: "1", revision: 1, status: "active", holder: null });

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
	expect(await heard.next()).toMatchObject({ status: "completed" });
	await heard.end();
});

test("goes on where a broken connection stopped", async () => {
	await using app = await anApp();
	const id = await app.start();
	const upToDate = await hear(app, id, { "Last-Event-ID": "1" });
	await app.submit(id, "team", SAMPLER_ANSWERS.team);
	// The first notice is of what came after, not of what was known.
	expect(await upToDate.next()).toMatchObject({ revision: 2 });
	const behind = await hear(app, id, { "Last-Event-ID": "1" });
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

test("a session has eight listeners at most; whoever leaves makes room", async () => {
	await using app = await anApp();
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

test("ends with the server, for those who come then too", async () => {
	await using app = await anApp();
	const id = await app.start();
	const heard = await hear(app, id);
	await heard.next();
	app.store.news.close();
	expect(await heard.next()).toBeNull();
	const late = await hear(app, id);
	await late.next();
	expect(await late.next()).toBeNull();
});

test("hears what another process on the same database does", async () => {
	await using app = await anApp();
	const id = await app.start();
	await using racers = await someRacers(app, 1);
	const heard = await hear(app, id);
	await heard.next();
	await racers.all([
		{
			kind: "operate",
			session_id: id as SessionId,
			operation_id: anOperationId(),
			command: { kind: "hold", device_id: anOperationId(), label: "Elsewhere" },
		},
	]);
	expect(await heard.next()).toMatchObject({ revision: 2, holder: { label: "Elsewhere" } });
	await heard.end();
});
