import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/a-store.ts";

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

test("a network that guesses is stopped, and its right codes wait too; others are not", async () => {
	await using app = await anApp({ config: { failed_lookups_per_minute: 50, trust_proxy: true } });
	const code = await aCode(app, await app.start());
	const from = (address: string) => ({ "X-Forwarded-For": address });
	const guesses = await Promise.all(
		Array.from({ length: 6 }, (_, i) => app.post(REDEEM, { code: `ZZZ-ZZZ-00${i}` }, from("203.0.113.7"))),
	);
	expect(guesses.map(({ status }) => status).sort()).toEqual([404, 404, 404, 404, 404, 429]);
	const stopped = await app.post(REDEEM, { code }, from("203.0.113.7"));
	expect(stopped.status).toBe(429);
	expect(Number(stopped.headers.get("retry-after"))).toBeGreaterThan(0);
	expect((await app.post(REDEEM, { code }, from("203.0.113.8"))).status).toBe(200);
});

test("guesses that come at once are no more than those that come one by one", async () => {
	await using app = await anApp({ config: { failed_lookups_per_minute: 30, trust_proxy: true } });
	const id = await app.start();
	const code = await aCode(app, id);
	const wrong = code.slice(0, -1) + (code.endsWith("0") ? "1" : "0");
	const guess = () => app.post(REDEEM, { code: wrong }, { "X-Forwarded-For": "203.0.113.7" });
	const replies = await Promise.all(Array.from({ length: 8 }, guess));
	expect(replies.map(({ status }) => status).sort()).toEqual([404, 404, 404, 429, 429, 429, 429, 429]);
	// Five that are looked at would have made it void.
	const right = await app.post(REDEEM, { code }, { "X-Forwarded-For": "203.0.113.8" });
	expect([right.status, right.body["session"]]).toMatchObject([200, { session_id: id }]);
});

test("a school brings more right codes at once than it may bring wrong ones", async () => {
	await using app = await anApp({ config: { failed_lookups_per_minute: 20 } });
	const codes = await Promise.all(Array.from({ length: 6 }, async () => aCode(app, await app.start())));
	const replies = await Promise.all(codes.map((code) => app.post(REDEEM, { code })));
	expect(replies.map(({ status }) => status)).toEqual(codes.map(() => 200));
});

test("looking for unknown sessions keeps no right code out, nor do wrong codes hide that a session is unknown", async () => {
	await using app = await anApp({ config: { failed_lookups_per_minute: 2 } });
	const code = await aCode(app, await app.start());
	const look = async () => (await app.get("/api/v2/session/nobody")).status;
	const guess = async () => (await app.post(REDEEM, { code: "ZZZ-ZZZ-ZZZ" })).status;
	expect([await guess(), await guess(), await look(), await look(), await look()]).toEqual([
		404, 429, 404, 404, 429,
	]);
	await using other = await anApp({ config: { failed_lookups_per_minute: 2 } });
	const right = await aCode(other, await other.start());
	for (let i = 0; i < 3; i += 1) await other.get("/api/v2/session/nobody");
	expect((await other.post(REDEEM, { code: right })).status).toBe(200);
	expect((await app.post(REDEEM, { code })).status).toBe(429);
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
