import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../test/an-app.ts";
import { highestLimits, type LimitName, limitsWith } from "../limits.ts";
import { anOperationId } from "../testing/stores/a-store.ts";

const limited = (changes: Partial<Record<LimitName, number>>) =>
	anApp({ config: { limits: highestLimits(changes) } });

/** What every refusal over a budget has. */
function told(reply: Awaited<ReturnType<TestApp["get"]>>) {
	const wait = Number(reply.headers.get("retry-after"));
	return [reply.status, reply.body["code"], wait > 0 && wait <= 3600];
}
const TOO_MANY = [429, "too_many_requests", true];

const atOnce = <T>(count: number, send: () => Promise<T>) => Promise.all(Array.from({ length: count }, send));
const refusedOf = (replies: readonly Awaited<ReturnType<TestApp["get"]>>[]) =>
	replies.filter(({ status }) => status >= 400).map(told);

function sync(app: TestApp, id: string, commands: readonly unknown[]) {
	const operations = commands.map((command) => ({
		operation_id: anOperationId(),
		client_time: app.now(),
		command,
	}));
	return app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations });
}

const statusesOf = (reply: Awaited<ReturnType<typeof sync>>) =>
	(reply.body["results"] as { status: string; code?: string }[]).map(({ status, code }) => code ?? status);

test("a class of 40 behind one address works through an assessment and meets no default limit", async () => {
	await using app = await anApp({ config: { limits: limitsWith() } });
	const statuses = new Set<number>();
	await atOnce(40, async () => {
		const id = await app.start();
		statuses.add((await app.get("/api/v2/modules")).status);
		for (const [key, answer] of Object.entries(SAMPLER_ANSWERS)) {
			statuses.add((await app.submit(id, key, answer)).status);
		}
		statuses.add((await app.get(`/api/v2/session/${id}`)).status);
		statuses.add((await app.post(`/api/v2/session/${id}/complete`)).status);
		statuses.add((await app.get(`/api/v2/scores/${id}`)).status);
	});
	expect([...statuses]).toEqual([200]);
});

test("new sessions of a network have a budget, and those of all networks together", async () => {
	await using app = await limited({ network_starts_per_minute: 2, network_starts_burst: 1 });
	for (let i = 0; i < 3; i += 1) expect((await app.post("/api/v2/session/start")).status).toBe(200);
	expect(told(await app.post("/api/v2/session/start"))).toEqual(TOO_MANY);

	const limits = highestLimits({ starts_per_second: 1 });
	await using shared = await anApp({ config: { limits, trust_proxy: true } });
	const start = (address: string) =>
		shared.post("/api/v2/session/start", undefined, { "X-Forwarded-For": address });
	const replies = await Promise.all(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(start));
	expect(replies.map(({ status }) => status)).toContain(429);
});

test("several server processes share what a network may do", async () => {
	await using app = await limited({
		network_starts_per_minute: 4,
		network_starts_burst: 0,
		server_processes: 2,
	});
	for (let i = 0; i < 2; i += 1) expect((await app.post("/api/v2/session/start")).status).toBe(200);
	expect((await app.post("/api/v2/session/start")).status).toBe(429);
});

test("requests of a network have a budget; supervisors always get their reply", async () => {
	await using app = await limited({ network_requests_per_second: 1 });
	await app.get("/healthz");
	const replies = await atOnce(30, () => app.get("/api/v2/modules"));
	// A slow machine needs two seconds for them, and each has its request.
	const refused = refusedOf(replies);
	expect([refused.length >= 5, refused.length <= 10, refused[0]]).toEqual([true, true, TOO_MANY]);
	expect([(await app.get("/healthz")).status, (await app.get("/readyz")).status]).toEqual([200, 200]);
});

test("writes of a session have a budget, whatever others write", async () => {
	await using app = await limited({ session_writes_per_second: 1 });
	const [id, other] = [await app.start(), await app.start()];
	const refused = refusedOf(await atOnce(40, () => sync(app, id, [])));
	expect([refused.length >= 5, refused.length <= 9, refused[0]]).toEqual([true, true, TOO_MANY]);
	const more = await Promise.all([
		atOnce(2, () => app.submit(id, "team", SAMPLER_ANSWERS.team)),
		atOnce(2, () => app.post(`/api/v2/session/${id}/complete`)),
	]);
	// A second has gone by, and with it came one request.
	expect(refusedOf(more.flat()).length).toBeGreaterThan(2);
	expect((await app.submit(other, "team", SAMPLER_ANSWERS.team)).status).toBe(200);
	expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
});

test("a batch spends as many operations as it brings; what was refused so may be sent again", async () => {
	await using app = await limited({ session_operations_per_minute: 3, session_holds_per_minute: 1 });
	const id = await app.start();
	const move = { kind: "move", question_id: app.question("team") };
	expect(statusesOf(await sync(app, id, [move, move]))).toEqual(["applied", "applied"]);
	expect(told(await sync(app, id, [move, move]))).toEqual(TOO_MANY);
	const other = await app.start();
	const hold = { kind: "hold", device_id: anOperationId(), label: "Firefox" };
	expect(statusesOf(await sync(app, other, [hold]))).toEqual(["applied"]);
	expect(told(await sync(app, other, [hold]))).toEqual(TOO_MANY);
});

test("what a network adds to the history has a budget, drafts that come late too", async () => {
	await using app = await limited({ network_stored_mib_per_hour: 1 });
	const id = await app.start();
	const essay = (kind: "answer" | "draft", question = "dream") => ({
		kind,
		question_id: app.question(question),
		[kind]: { type: "essay", text: "x".repeat(10_000) },
	});
	// A sixth of it, and a minute's share.
	for (let i = 0; i < 16; i += 1) expect((await sync(app, id, [essay("answer")])).status).toBe(200);
	for (let i = 0; i < 5; i += 1) await sync(app, id, [essay("answer")]);
	expect(told(await sync(app, id, [essay("answer")]))).toEqual(TOO_MANY);

	await using late = await limited({ network_stored_mib_per_hour: 1 });
	const ended = await late.start();
	await late.post(`/api/v2/session/${ended}/complete`);
	const draft = { ...essay("draft"), question_id: late.question("dream") };
	expect(statusesOf(await sync(late, ended, Array(60).fill(draft)))).toEqual(
		Array(60).fill("session_completed"),
	);
	expect(told(await sync(late, ended, Array(60).fill(draft)))).toEqual(TOO_MANY);
});

test("reads of a session have a budget, however they read it", async () => {
	await using app = await limited({ session_reads_per_minute: 3 });
	const id = await app.start();
	const cookie = { Cookie: `carhythm_session=${id}` };
	expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
	expect((await app.get("/api/v2/session/current", cookie)).status).toBe(200);
	expect((await app.get(`/api/v2/session/${id}/progress`)).status).toBe(200);
	for (const part of ["", "/validate", "/progress", "/answered-questions"]) {
		expect(told(await app.get(`/api/v2/session/${id}${part}`))).toEqual(TOO_MANY);
	}
	expect(told(await app.get("/api/v2/session/current", cookie))).toEqual(TOO_MANY);
	expect(told(await app.get(`/api/v2/scores/${id}`))).toEqual(TOO_MANY);
});

test("feedback of a session has a budget", async () => {
	await using app = await limited({ session_feedback_per_hour: 1 });
	const id = await app.start();
	expect((await app.post("/api/v2/feedback/submit", { session_id: id, rating: 4 })).status).toBe(201);
	expect(told(await app.post("/api/v2/feedback/submit", { session_id: id, rating: 5 }))).toEqual(TOO_MANY);
});

test("streams of a network and of a process have a budget", async () => {
	for (const changes of [{ network_streams: 1 }, { streams: 1 }]) {
		await using app = await limited(changes);
		const [id, other] = [await app.start(), await app.start()];
		const open = await app.app.request(`/api/v2/session/${id}/events`);
		expect(open.status).toBe(200);
		expect(told(await app.get(`/api/v2/session/${other}/events`))).toEqual(TOO_MANY);
		await open.body?.cancel();
		const again = await app.app.request(`/api/v2/session/${other}/events`);
		expect(again.status).toBe(200);
		await again.body?.cancel();
	}
});

test("a full disk's last room is for answers: no session is begun, all else goes on", async () => {
	let is_low = true;
	await using app = await anApp({ disk: { look: async () => ({ free_bytes: 1, is_low }) } });
	const refused = await app.post("/api/v2/session/start");
	expect(told(refused)).toEqual([503, "storage_unavailable", true]);
	expect((await app.get("/readyz")).body).toEqual({ status: "ok", disk: "low" });
	is_low = false;
	const id = await app.start();
	is_low = true;
	expect((await app.submit(id, "team", SAMPLER_ANSWERS.team)).status).toBe(200);
	expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
});
