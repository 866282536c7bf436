import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { highestLimits } from "../../limits.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const REDEEM = "/api/v2/session/handoff/redeem";
const AGENT = { label: "Safari (iPhone)" };

async function aCode(app: TestApp, session_id: string): Promise<string> {
	const reply = await app.post(`/api/v2/session/${session_id}/handoff`);
	expect(reply.status).toBe(200);
	return String(reply.body["code"]);
}

const cookieOf = (headers: Headers) => headers.get("set-cookie") ?? "";

test("a code brings the whole session and the cookie to another browser", async () => {
	await using app = await anApp();
	const id = await app.start();
	await app.submit(id, "team", SAMPLER_ANSWERS.team);
	const code = await aCode(app, id);
	const device_id = anOperationId();
	const reply = await app.post(REDEEM, { code: ` ${code.toLowerCase()} `, device_id, ...AGENT });
	expect(reply.status).toBe(200);
	expect(reply.body).toMatchObject({
		session: { session_id: id, answered: 1, holder: { device_id, ...AGENT } },
		resumable: true,
	});
	expect(cookieOf(reply.headers)).toMatch(
		new RegExp(`^carhythm_session=${id}; Max-Age=2592000; Path=/api/v2/session; HttpOnly; SameSite=Lax`),
	);
	const synced = await app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: [] });
	expect(synced.body["session"]).toMatchObject({ holder: { device_id } });
});

test("unknown, wrong, used, expired and malformed codes get the very same reply", async () => {
	await using app = await anApp();
	const id = await app.start();
	const used = await aCode(app, id);
	await app.post(REDEEM, { code: used });
	const expired = await aCode(app, await app.start());
	app.pass({ seconds: 600 });
	const fresh = await aCode(app, await app.start());
	const wrong = fresh.slice(0, -1) + (fresh.endsWith("0") ? "1" : "0");
	const replies = await Promise.all(
		["000-000-000", wrong, used, expired, "what?", ""].map((code) => app.post(REDEEM, { code })),
	);
	for (const { status, body, headers } of replies) {
		expect([status, body]).toEqual([404, replies[0]?.body]);
		expect(cookieOf(headers)).toBe("");
	}
	expect(replies[0]?.body["code"]).toBe("hand_off_code_invalid");
});

test("a hand-off under an id that was spent on something else is refused, and the other way round", async () => {
	await using app = await anApp();
	const id = await app.start();
	const [spent, made] = [anOperationId(), anOperationId()];
	await app.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id: spent });
	const refused = await app.post(`/api/v2/session/${id}/handoff`, { operation_id: spent });
	expect([refused.status, refused.body["code"]]).toEqual([422, "operation_mismatch"]);
	expect(await app.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id: spent })).toMatchObject({
		status: 200,
		body: { xp_gained: 10 },
	});

	const code = await app.post(`/api/v2/session/${id}/handoff`, { operation_id: made });
	const answer = await app.submit(id, "energy", SAMPLER_ANSWERS.energy, { submission_id: made });
	expect([answer.status, answer.body["code"]]).toEqual([422, "operation_mismatch"]);
	const command = { kind: "answer", question_id: app.question("energy"), answer: SAMPLER_ANSWERS.energy };
	const synced = await app.post(`/api/v2/session/${id}/sync`, {
		sent_at: app.now(),
		operations: [{ operation_id: made, client_time: app.now(), command }],
	});
	expect(synced.body["results"]).toMatchObject([{ status: "refused", code: "operation_mismatch" }]);
	const restored = await app.post(`/api/v2/session/${id}/restore`, { operation_id: made });
	expect([restored.status, restored.body["code"]]).toEqual([422, "operation_mismatch"]);
	const again = await app.post(`/api/v2/session/${id}/handoff`, { operation_id: made });
	expect(again.body).toEqual(code.body);
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({ session: { answered: 1 } });
});

test("a network that guesses is stopped, and keeps no right code of the same network out", async () => {
	const limits = highestLimits({ network_wrong_codes_per_minute: 5 });
	await using app = await anApp({ config: { limits } });
	const code = await aCode(app, await app.start());
	const guess = (i: number) => app.post(REDEEM, { code: `ZZZ-ZZZ-00${i}` });
	const guesses = await Promise.all([0, 1, 2, 3, 4, 5].map(guess));
	expect(guesses.map(({ status }) => status).sort()).toEqual([404, 404, 404, 404, 404, 429]);
	const stopped = await app.post(REDEEM, { code: "what is this" });
	expect([stopped.status, Number(stopped.headers.get("retry-after")) > 0]).toEqual([429, true]);
	expect((await app.post(REDEEM, { code })).status).toBe(200);
});

test("a wrong guess at a code that exists is told like one at a code that does not", async () => {
	const limits = highestLimits({ network_wrong_codes_per_minute: 2 });
	await using app = await anApp({ config: { limits } });
	const id = await app.start();
	const code = await aCode(app, id);
	const wrong = code.slice(0, -1) + (code.endsWith("0") ? "1" : "0");
	const guess = async (code: string) => (await app.post(REDEEM, { code })).status;
	expect([
		await guess(wrong),
		await guess("ZZZ-ZZZ-ZZZ"),
		await guess(wrong),
		await guess("ZZZ-ZZZ-ZZZ"),
	]).toEqual([404, 404, 429, 429]);
	expect(await guess(code)).toBe(200);
});

test("five wrong guesses void a code; it is then hashed no more", async () => {
	let hashed = 0;
	await using app = await anApp({
		breakStore: (store) => ({
			...store,
			sessions: {
				...store.sessions,
				redeem(request) {
					hashed += 1;
					return store.sessions.redeem(request);
				},
			},
		}),
	});
	const code = await aCode(app, await app.start());
	const wrong = code.slice(0, -1) + (code.endsWith("0") ? "1" : "0");
	for (let i = 0; i < 5; i += 1) await app.post(REDEEM, { code: wrong });
	expect([(await app.post(REDEEM, { code })).status, hashed]).toEqual([404, 5]);
});

test("one browser that guesses leaves its network the other guesses", async () => {
	const limits = highestLimits({ browser_wrong_codes_per_minute: 2, network_wrong_codes_per_minute: 3 });
	await using app = await anApp({ config: { limits } });
	const [one, other] = [anOperationId(), anOperationId()];
	const guess = async (device_id: string) =>
		(await app.post(REDEEM, { code: "ZZZ-ZZZ-ZZZ", device_id })).status;
	const statuses = [];
	for (const device_id of [one, one, one, one, other, other]) statuses.push(await guess(device_id));
	expect(statuses).toEqual([404, 404, 429, 429, 404, 429]);
});

test("a session gets so many codes a minute and an hour", async () => {
	await using app = await anApp({ config: { limits: highestLimits({ session_codes_per_minute: 2 }) } });
	const [id, other] = [await app.start(), await app.start()];
	await aCode(app, id);
	await aCode(app, id);
	const third = await app.post(`/api/v2/session/${id}/handoff`);
	expect([third.status, third.body["code"], Number(third.headers.get("retry-after")) > 0]).toEqual([
		429,
		"too_many_requests",
		true,
	]);
	await aCode(app, other);

	await using hours = await anApp({ config: { limits: highestLimits({ session_codes_per_hour: 1 }) } });
	const third_id = await hours.start();
	await aCode(hours, third_id);
	expect((await hours.post(`/api/v2/session/${third_id}/handoff`)).status).toBe(429);
});

test("codes wait in a queue of bounded length; beyond it the client is told to come again", async () => {
	const { promise: opened, resolve: letThrough } = Promise.withResolvers<void>();
	const { promise: both, resolve: areUnderWay } = Promise.withResolvers<void>();
	const { promise: third, resolve: isWaiting } = Promise.withResolvers<void>();
	let asked = 0;
	let found = 0;
	await using app = await anApp({
		config: { limits: highestLimits({ code_queue: 1 }) },
		breakStore: (store) => ({
			...store,
			sessions: {
				...store.sessions,
				async find(session_id) {
					const session = await store.sessions.find(session_id);
					found += 1;
					// What follows is not waited for by any clock, and is done before the next turn of the loop.
					if (found === 3) setImmediate(isWaiting);
					return session;
				},
				async handOff(session_id, operation_id) {
					asked += 1;
					if (asked === 2) areUnderWay();
					await opened;
					return store.sessions.handOff(session_id, operation_id);
				},
			},
		}),
	});
	const ids = [await app.start(), await app.start(), await app.start()];
	const served = ids.map((id) => app.post(`/api/v2/session/${id}/handoff`));
	await Promise.all([both, third]);
	const last = await app.start();
	const refused = await app.post(`/api/v2/session/${last}/handoff`);
	expect([refused.status, refused.body["code"], refused.headers.get("retry-after")]).toEqual([
		503,
		"storage_unavailable",
		"5",
	]);
	letThrough();
	expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 200, 200]);
	await aCode(app, last);
});

test("looking for unknown sessions keeps no code out, nor do wrong codes hide that a session is unknown", async () => {
	const limits = highestLimits({ network_unknown_sessions_per_minute: 2, network_wrong_codes_per_minute: 1 });
	await using app = await anApp({ config: { limits } });
	const code = await aCode(app, await app.start());
	const look = async () => (await app.get("/api/v2/session/nobody")).status;
	const guess = async () => (await app.post(REDEEM, { code: "ZZZ-ZZZ-ZZZ" })).status;
	expect([await guess(), await guess(), await look(), await look(), await look()]).toEqual([
		404, 429, 404, 404, 429,
	]);
	expect((await app.post(REDEEM, { code })).status).toBe(200);
});

test("two codes are looked at a time; who knows no session does not wait in line", async () => {
	const { promise: opened, resolve: letThrough } = Promise.withResolvers<void>();
	const { promise: both, resolve: areUnderWay } = Promise.withResolvers<void>();
	let asked = 0;
	await using app = await anApp({
		breakStore: (store) => ({
			...store,
			sessions: {
				...store.sessions,
				async redeem(request) {
					asked += 1;
					if (asked === 2) areUnderWay();
					await opened;
					return store.sessions.redeem(request);
				},
			},
		}),
	});
	const code = await aCode(app, await app.start());
	const guesses = Promise.all(Array.from({ length: 4 }, () => app.post(REDEEM, { code })));
	await both;
	const unknown = await app.post(`/api/v2/session/${anOperationId()}/handoff`);
	expect([unknown.status, asked]).toEqual([404, 2]);
	letThrough();
	expect((await guesses).map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
});

test("a shared computer gets no cookie, by start, by code or by undoing Start Fresh, and loses the one it had", async () => {
	await using app = await anApp();
	const started = await app.post("/api/v2/session/start", { shared: true });
	const redeemed = await app.post(REDEEM, {
		code: await aCode(app, String(started.body["session_id"])),
		shared: true,
	});
	const path = `/api/v2/session/${started.body["session_id"]}`;
	await app.start({ replaces: started.body["session_id"], shared: true });
	const restored = await app.post(`${path}/restore`, { shared: true });
	const forgotten = await app.post("/api/v2/session/forget");
	for (const { status, headers } of [started, redeemed, restored, forgotten]) {
		expect(status).toBe(200);
		expect(cookieOf(headers)).toMatch(/^carhythm_session=; Max-Age=0; Path=\/api\/v2\/session; HttpOnly/);
	}
});

test("no code and no label is ever logged", async () => {
	await using app = await anApp();
	const code = await aCode(app, await app.start());
	await app.post(REDEEM, { code, ...AGENT });
	await app.post(REDEEM, { code: "XYZ-XYZ-XYZ" });
	const log = JSON.stringify(app.log());
	for (const secret of [code, "XYZ-XYZ-XYZ", AGENT.label]) expect(log).not.toContain(secret);
});

test("a label that is no label is refused", async () => {
	await using app = await anApp();
	const code = await aCode(app, await app.start());
	for (const label of ["", "x".repeat(61), "a\u0000b"]) {
		expect((await app.post(REDEEM, { code, label })).status).toBe(422);
	}
	expect((await app.post(REDEEM, { code, label: '<b onclick="x">' })).status).toBe(200);
});

test("on a shared computer sending answers brings no cookie back", async () => {
	await using app = await anApp();
	const id = await app.start({ shared: true });
	const sync = (more: Record<string, unknown>) =>
		app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: [], ...more });
	expect(cookieOf((await sync({ shared: true })).headers)).toBe("");
	expect(cookieOf((await sync({})).headers)).toContain(`carhythm_session=${id}`);
});
