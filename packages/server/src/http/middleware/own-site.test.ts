import type { HttpBindings } from "@hono/node-server";
import { expect, test } from "vitest";
import { anApp } from "../../../test/an-app.ts";

// Runs once: no database is asked.

const SCHOOL = { origin: "https://career.school.example", host: "career.school.example", is_https: true };
const from = (address: string) =>
	({ incoming: { socket: { remoteAddress: address } } }) as unknown as Partial<HttpBindings>;

test("with PUBLIC_URL another Host is refused, so that no name of another site reaches the API or the figures", async () => {
	await using app = await anApp({ config: { public_url: SCHOOL } });
	for (const host of ["evil.example", "career.school.example:8000", "127.0.0.1"]) {
		for (const path of ["/", "/api/v2/health", "/api/v2/session/current", "/metrics", "/docs"]) {
			const reply = await app.app.request(`http://${host}${path}`);
			expect([host, path, reply.status]).toEqual([host, path, 421]);
		}
		expect((await app.app.request(`http://${host}/healthz`)).status).toBe(200);
		expect((await app.app.request(`http://${host}/readyz`)).status).toBe(200);
	}
	const own = await app.app.request("http://career.school.example/api/v2/health");
	expect(own.status).toBe(200);
	expect(own.headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
});

test("without PUBLIC_URL every name of the server is served", async () => {
	await using app = await anApp();
	for (const host of ["school.test:8000", "192.168.1.20:8000", "[::1]:8000"]) {
		expect((await app.app.request(`http://${host}/api/v2/health`)).status).toBe(200);
	}
});

test("with an https PUBLIC_URL the cookie is Secure, bound to the host by its name, and the older name is not read", async () => {
	await using app = await anApp({ config: { public_url: SCHOOL } });
	const url = (path: string) => `http://${SCHOOL.host}/api/v2/session/${path}`;
	const headers = { Origin: SCHOOL.origin, "Content-Type": "application/json" };
	const started = await app.app.request(url("start"), { method: "POST", headers, body: "{}" });
	const { session_id } = (await started.json()) as { session_id: string };
	expect(started.headers.get("set-cookie")).toBe(
		`__Host-carhythm_session=${session_id}; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax`,
	);
	const current = async (Cookie: string) =>
		(await app.app.request(url("current"), { headers: { Cookie } })).status;
	expect(await current(`__Host-carhythm_session=${session_id}`)).toBe(200);
	expect(await current(`carhythm_session=${session_id}`)).toBe(204);
	// The same page by plain http is another origin.
	const plain = { ...headers, Origin: `http://${SCHOOL.host}` };
	const refused = await app.app.request(url("start"), { method: "POST", headers: plain, body: "{}" });
	expect([refused.status, refused.headers.get("set-cookie")]).toEqual([200, null]);
});

test("X-Forwarded-* counts from the proxies that TRUST_PROXY names, and one warning tells of others", async () => {
	await using app = await anApp({ config: { trust_proxy: ["10.0.0.5", "172.16.0.0/12", "fd00::/8"] } });
	const isHttps = async (address: string) => {
		const headers = { "X-Forwarded-Proto": "https" };
		const reply = await app.app.request("/api/v2/health", { headers }, from(address));
		return reply.headers.has("strict-transport-security");
	};
	const warnings = () => app.log().filter((line) => String(line["msg"]).includes("TRUST_PROXY"));
	for (const address of ["10.0.0.5", "::ffff:10.0.0.5", "172.20.1.1", "fd00::1"]) {
		expect([address, await isHttps(address)]).toEqual([address, true]);
	}
	expect(warnings()).toEqual([]);
	for (const address of ["10.0.0.6", "192.0.2.1", "fe80::1", "2001:db8::1"]) {
		expect([address, await isHttps(address)]).toEqual([address, false]);
	}
	expect(warnings()).toHaveLength(1);
});

test("the host that a trusted proxy names is the one that pages have", async () => {
	await using app = await anApp({ config: { trust_proxy: ["10.0.0.5"] } });
	const headers = {
		"Content-Type": "application/json",
		Origin: "https://career.school.example",
		"X-Forwarded-Host": "career.school.example",
		"X-Forwarded-Proto": "https",
	};
	const start = (address: string) =>
		app.app.request(
			"http://127.0.0.1:8000/api/v2/session/start",
			{ method: "POST", headers, body: "{}" },
			from(address),
		);
	expect((await start("10.0.0.5")).headers.get("set-cookie")).toContain("; Secure");
	expect((await start("192.0.2.1")).headers.get("set-cookie")).toBeNull();
});
