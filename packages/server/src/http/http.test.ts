import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS } from "../../test/an-app.ts";
import { StorageUnavailable, type Store } from "../db/store.ts";
import { highestLimits } from "../limits.ts";
import { PROBLEMS } from "./reply/problem.ts";

const UNKNOWN = "11111111-1111-4111-8111-111111111111";
const START = "/api/v2/session/start";

describe("addresses and methods", () => {
	test("an unknown address of the API is a problem, whatever the method", async () => {
		await using app = await anApp();
		for (const path of [
			"/api",
			"/api/v2",
			"/api/v2/",
			"/api/v2/sessions",
			"/api/v2/session/start/",
			"/api/v2//health",
			"/api/v2/health%00",
		]) {
			for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
				const reply = await app.send(method, path);
				expect([path, method, reply.status, reply.body["code"]]).toEqual([path, method, 404, "not_found"]);
			}
		}
	});

	test("another method than an address takes is 405, with those that it takes", async () => {
		await using app = await anApp();
		for (const [method, path, allow] of [
			["GET", START, "OPTIONS, POST"],
			["DELETE", `/api/v2/session/${UNKNOWN}`, "OPTIONS, GET, HEAD"],
			["PUT", "/api/v2/modules", "OPTIONS, GET, HEAD"],
			["PATCH", "/api/v2/answers/submit", "OPTIONS, POST"],
			["POST", "/api/v2/session/current", "OPTIONS, GET, HEAD"],
			["GET", `/api/v2/session/${UNKNOWN}/abandon`, "OPTIONS, POST"],
		] as const) {
			const reply = await app.send(method, path, { headers: { "X-HTTP-Method-Override": "GET" } });
			expect([path, reply.status, reply.headers.get("allow")]).toEqual([path, 405, allow]);
		}
	});

	test("HEAD is GET without a body", async () => {
		await using app = await anApp();
		for (const path of [
			"/api/v2/health",
			"/api/v2/modules",
			`/api/v2/session/${UNKNOWN}`,
			"/api/v2/nothing",
			"/docs",
			"/nothing",
		]) {
			const got = await app.app.request(path);
			const head = await app.app.request(path, { method: "HEAD" });
			expect([path, head.status, head.headers.get("content-type"), await head.text()]).toEqual([
				path,
				got.status,
				got.headers.get("content-type"),
				"",
			]);
		}
	});

	test("OPTIONS tells the methods", async () => {
		await using app = await anApp();
		const reply = await app.app.request("/api/v2/modules", { method: "OPTIONS" });
		expect([reply.status, reply.headers.get("allow")]).toEqual([204, "OPTIONS, GET, HEAD"]);
	});
});

test("each problem code has a text for students in both languages", async () => {
	await using app = await anApp();
	const { body } = await app.get("/api/v2/problem-texts");
	for (const code of Object.keys(PROBLEMS)) {
		expect(body[code], code).toEqual({
			en: expect.stringMatching(/[.?]$/),
			ar: expect.stringMatching(/[؀-ۿ]/),
		});
	}
});

describe("other origins", () => {
	test("a page that is refused is named in the log, once, and a page of this server is not", async () => {
		await using app = await anApp();
		for (const Origin of ["http://192.168.1.7:5173", "http://192.168.1.7:5173", "null"]) {
			const reply = await app.post(START, undefined, { Origin });
			expect(reply.headers.get("access-control-allow-origin")).toBeNull();
		}
		await app.post(START, undefined, { Origin: "http://localhost" });
		const warned = app.log().filter(({ msg }) => String(msg).includes("CORS_ORIGINS"));
		expect(warned.map(({ msg }) => /"(.+?)"/.exec(String(msg))?.[1])).toEqual([
			"http://192.168.1.7:5173",
			"null",
		]);
	});

	const preflight = (origin: string) => ({
		method: "OPTIONS",
		headers: {
			Origin: origin,
			"Access-Control-Request-Method": "POST",
			"Access-Control-Request-Headers": "content-type,x-session-id",
		},
	});

	test.each(["http://localhost:3000", "http://localhost", "https://school.example"])(
		"%s may ask and read",
		async (origin) => {
			await using app = await anApp();
			const asked = await app.app.request(START, preflight(origin));
			expect(asked.status).toBe(204);
			expect(asked.headers.get("access-control-allow-origin")).toBe(origin);
			expect(asked.headers.get("access-control-allow-methods")).toContain("POST");
			expect(asked.headers.get("access-control-allow-headers")?.toLowerCase().split(", ")).toEqual([
				"content-type",
				"x-session-id",
				"x-request-id",
			]);
			const reply = await app.post(START, undefined, { Origin: origin, "X-Session-ID": UNKNOWN });
			expect(reply.headers.get("access-control-allow-origin")).toBe(origin);
			expect(reply.headers.get("access-control-allow-credentials")).toBeNull();
			expect(reply.headers.get("vary")).toContain("Origin");
		},
	);

	test.each([
		"null",
		"http://evil.example",
		"https://localhost:3000",
		"http://localhost.evil.example",
		"http://localhost:3000.evil.example",
		"http://localhost:",
		"https://school.example:444",
		"https://school.example.evil.example",
	])("%s may not", async (origin) => {
		await using app = await anApp();
		const asked = await app.app.request(START, preflight(origin));
		const reply = await app.get(`/api/v2/session/${UNKNOWN}`, { Origin: origin });
		for (const { headers } of [asked, reply]) {
			expect(headers.get("access-control-allow-origin")).toBeNull();
			expect(headers.get("vary")).toContain("Origin");
		}
	});

	test("may read refusals too", async () => {
		await using app = await anApp();
		const reply = await app.get(`/api/v2/session/${UNKNOWN}`, { Origin: "https://school.example" });
		expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([
			404,
			"https://school.example",
		]);
	});
});

test("every reply carries the security headers, and only static content may be kept", async () => {
	await using app = await anApp();
	for (const path of [
		"/",
		"/docs",
		"/nothing",
		"/api/v2/health",
		"/api/v2/nothing",
		`/api/v2/session/${UNKNOWN}`,
	]) {
		const { headers } = await app.app.request(path);
		const csp = headers.get("content-security-policy") ?? "";
		expect(csp).toBe(
			"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		);
		expect(headers.get("referrer-policy")).toBe("no-referrer");
		expect(headers.get("x-content-type-options")).toBe("nosniff");
		expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
		expect(headers.get("permissions-policy")).toContain("camera=()");
		expect(headers.get("strict-transport-security")).toBeNull();
		if (path.startsWith("/api/")) expect(headers.get("cache-control")).toBe("no-store");
	}
	const https = await app.app.request("https://localhost/api/v2/health");
	expect(https.headers.get("strict-transport-security")).toBe("max-age=31536000");
});

describe("the request id", () => {
	test("in the reply is the client's where it looks like one, else a new one", async () => {
		await using app = await anApp();
		const own = await app.get("/api/v2/health", { "X-Request-ID": "web-7.a_b" });
		expect(own.headers.get("x-request-id")).toBe("web-7.a_b");
		for (const wrong of ["", "a b", "-a", '"><script>', "x".repeat(65)]) {
			const reply = await app.get("/api/v2/health", { "X-Request-ID": wrong });
			expect(reply.headers.get("x-request-id")).toMatch(/^[0-9a-f]{16}-\d+$/);
		}
	});

	test("in the log is the server's own, with a hash of the client's, which may be its session id", async () => {
		await using app = await anApp();
		const id = await app.start();
		const reply = await app.get("/api/v2/health", { "X-Request-ID": id });
		expect(reply.headers.get("x-request-id")).toBe(id);
		const hash = createHash("sha256").update(id).digest("hex").slice(0, 12);
		expect(app.log().at(-1)).toMatchObject({
			request_id: expect.stringMatching(/^[0-9a-f]{16}-\d+$/),
			client_request: hash,
		});
		await app.get("/api/v2/health");
		expect(app.log().at(-1)).not.toHaveProperty("client_request");
		expect(JSON.stringify(app.log())).not.toContain(id);
	});
});

describe("the log", () => {
	test("has a line a request with the template of its path", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.get(`/api/v2/session/${id}/validate`);
		await app.get("/api/v2/nothing");
		expect(app.log()).toContainEqual(
			expect.objectContaining({
				request_id: expect.stringMatching(/^[0-9a-f]{16}-\d+$/),
				method: "GET",
				route: "/api/v2/session/{session_id}/validate",
				status: 200,
				ms: expect.any(Number),
			}),
		);
		expect(app.log().at(-1)).toMatchObject({ route: "unknown", status: 404 });
	});

	test("never holds session ids, cookies, answers or personal data", async () => {
		const secret = "the-brave-otter";
		await using app = await anApp({
			breakStore: (store) => ({
				...store,
				scores: {
					...store.scores,
					find: async () => JSON.parse(`${secret} is no JSON`),
				},
				feedback: {
					save: async (session_id) => {
						throw new Error(`row of ${session_id} and ${secret}@school.example`);
					},
				},
			}),
		});
		const id = await app.start();
		await app.submit(id, "dream", { type: "essay", text: secret });
		await app.submit(id, "dream", { type: "essay", text: `${secret}\u0000` });
		await app.submit(id, "learn-by", { type: "mcq", selected_options: [secret] });
		await app.get("/api/v2/session/current", { Cookie: `carhythm_session=${id}` });
		await app.get(`/api/v2/session/${id}/${secret}?name=${secret}`);
		await app.app.request(`/${secret}?session=${id}`);
		await app.post("/api/v2/feedback/submit", { session_id: id, suggestions: secret });
		const person = {
			email: `${secret}@school.example`,
			full_name: secret,
			age_group: secret,
			country: secret,
		};
		const info = await app.post("/api/v2/student/info", {
			session_id: id,
			...person,
			origin_country: secret,
		});
		expect(info.status).toBe(500);
		const lines = JSON.stringify(app.log());
		expect(app.log().filter(({ msg }) => msg === "unexpected error")).toHaveLength(2);
		expect(lines).not.toContain(id);
		expect(lines).not.toContain(secret);
	});
});

describe("when something breaks", () => {
	const breaking = (error: Error) => (store: Store) => ({
		...store,
		sessions: {
			...store.sessions,
			find: () => Promise.reject(error),
			operate: () => Promise.reject(error),
		},
		ping: () => Promise.reject(error),
	});

	test("a failing database is 503 with Retry-After, and the student is told to try again", async () => {
		await using app = await anApp({ breakStore: breaking(new StorageUnavailable("disk full")) });
		const id = await app.start();
		for (const reply of [
			await app.submit(id, "team", SAMPLER_ANSWERS.team),
			await app.get(`/api/v2/session/${id}/validate`),
			await app.get("/readyz"),
		]) {
			expect([reply.status, reply.body["code"]]).toEqual([503, "storage_unavailable"]);
			expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
			expect(JSON.stringify(reply.body)).not.toContain("disk full");
		}
		expect((await app.get("/healthz")).status).toBe(200);
	});

	test("a mistake of ours is 500 without a detail, found in the log by its request id", async () => {
		await using app = await anApp({ breakStore: breaking(new TypeError("x is not a function")) });
		const id = await app.start();
		const reply = await app.get(`/api/v2/session/${id}/validate`, {
			"X-Request-ID": id,
			Origin: "https://school.example",
		});
		expect([reply.status, reply.body["code"]]).toEqual([500, "internal_error"]);
		expect(reply.headers.get("access-control-allow-origin")).toBe("https://school.example");
		expect(reply.headers.get("content-security-policy")).not.toBeNull();
		expect(JSON.stringify(reply.body)).not.toContain("function");
		expect(app.log()).toContainEqual(
			expect.objectContaining({
				request_id: /report the number (\S+)\./.exec(String(reply.body["detail"]))?.[1],
				msg: "unexpected error",
				error: expect.objectContaining({ name: "TypeError", message: "x is not a function" }),
			}),
		);
		expect(JSON.stringify(app.log())).not.toContain(id);
	});
});

describe("failed look-ups", () => {
	const from = (address: string) => ({ incoming: { socket: { remoteAddress: address } } }) as never;

	test("over the limit are 429 with Retry-After, while successful requests are never limited", async () => {
		await using app = await anApp({
			config: { limits: highestLimits({ network_unknown_sessions_per_minute: 3 }) },
		});
		const id = await app.start();
		for (let i = 0; i < 3; i += 1) expect((await app.get(`/api/v2/session/${UNKNOWN}`)).status).toBe(404);
		const limited = await app.get(`/api/v2/session/${UNKNOWN}`);
		expect([limited.status, limited.body["code"]]).toEqual([429, "too_many_requests"]);
		expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
		expect((await app.post("/api/v2/feedback/submit", { session_id: UNKNOWN })).status).toBe(429);
		for (let i = 0; i < 10; i += 1) expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
		expect((await app.get(`/api/v2/session/${UNKNOWN}/validate`)).status).toBe(429);
		const cookie = { Cookie: `carhythm_session=${UNKNOWN}` };
		expect((await app.get("/api/v2/session/current", cookie)).status).toBe(429);
		expect((await app.get("/api/v2/session/current")).status).toBe(204);
		expect((await app.get(`/api/v2/session/${id}/validate`)).status).toBe(200);
		expect((await app.get("/api/v2/questions?page_id=999999")).status).toBe(404);
	});

	test("are counted by address; an IPv6 network is one, and only our own proxy may speak for others", async () => {
		await using direct = await anApp({
			config: { limits: highestLimits({ network_unknown_sessions_per_minute: 1 }) },
		});
		const look = async (app: typeof direct, address: string, headers: Record<string, string> = {}) =>
			(await app.app.request(`/api/v2/session/${UNKNOWN}`, { headers }, from(address))).status;
		expect(await look(direct, "192.0.2.1")).toBe(404);
		expect(await look(direct, "::ffff:192.0.2.1")).toBe(429);
		expect(await look(direct, "192.0.2.2", { "X-Forwarded-For": "198.51.100.1" })).toBe(404);
		expect(await look(direct, "192.0.2.2", { "X-Forwarded-For": "198.51.100.2" })).toBe(429);
		expect(await look(direct, "2001:db8::1")).toBe(404);
		expect(await look(direct, "2001:db8:0:0:ffff::2")).toBe(429);
		expect(await look(direct, "2001:db8:0:1::1")).toBe(404);

		await using proxied = await anApp({
			config: { limits: highestLimits({ network_unknown_sessions_per_minute: 1 }), trust_proxy: true },
		});
		expect(await look(proxied, "10.0.0.1", { "X-Forwarded-For": "198.51.100.1" })).toBe(404);
		expect(await look(proxied, "10.0.0.1", { "X-Forwarded-For": "198.51.100.2" })).toBe(404);
		expect(await look(proxied, "10.0.0.1", { "X-Forwarded-For": "198.51.100.9, 198.51.100.1" })).toBe(429);
	});
});
