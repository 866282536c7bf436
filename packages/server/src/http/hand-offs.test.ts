import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../test/an-app.ts";
import { anOperationId } from "../testing/a-store.ts";

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

test("a shared computer gets no cookie, by start or by code, and loses the one it had", async () => {
	await using app = await anApp();
	const started = await app.post("/api/v2/session/start", { shared: true });
	const redeemed = await app.post(REDEEM, {
		code: await aCode(app, String(started.body["session_id"])),
		shared: true,
	});
	const forgotten = await app.post("/api/v2/session/forget");
	for (const { status, headers } of [started, redeemed, forgotten]) {
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
