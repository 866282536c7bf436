import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mintOperationId } from "@carhythm/core";
import type { HttpBindings } from "@hono/node-server";
import { expect, test } from "vitest";
import { anApp, type TestApp } from "../../test/an-app.ts";
import { limitsWith } from "../limits.ts";
import { SECURITY_EVENTS } from "./security-events.ts";

// Runs once: what is logged does not depend on the database.

const SCHOOL = { origin: "http://career.school.example", host: "career.school.example", is_https: false };

/** The events in the log so far, with their level. */
const eventsOf = (app: TestApp) =>
	app.log().flatMap(({ event, level, route }) => (event === undefined ? [] : [{ event, level, route }]));

test("docs/logs.md has each security event with its level", () => {
	const docs = readFileSync(new URL("../../../../docs/logs.md", import.meta.url), "utf8");
	for (const [event, level] of Object.entries(SECURITY_EVENTS)) {
		expect(docs).toMatch(new RegExp(`^\\| \`${event}\` \\| ${level} \\| `, "m"));
	}
	const named = [...docs.matchAll(/^\| `(\w+)` \| (?:info|warn) \|/gm)].map(([, name]) => name);
	expect(named.toSorted()).toEqual(Object.keys(SECURITY_EVENTS).toSorted());
});

test("the log names unknown sessions, foreign hosts and forged headers, and no address of them", async () => {
	await using app = await anApp({ config: { public_url: SCHOOL, trust_proxy: ["10.0.0.5"] } });
	const from = { incoming: { socket: { remoteAddress: "192.0.2.77" } } } as unknown as Partial<HttpBindings>;
	const own = (path: string, headers: Record<string, string> = {}) =>
		app.app.request(`${SCHOOL.origin}${path}`, { headers }, from);
	await app.app.request("http://evil.example/api/v2/health", {}, from);
	await own(`/api/v2/session/${mintOperationId(randomBytes)}`);
	await own("/api/v2/health", { "X-Forwarded-For": "203.0.113.9" });
	await own("/api/v2/health");
	expect(eventsOf(app)).toEqual([
		{ event: "foreign_host", level: 40, route: "unknown" },
		{ event: "session_unknown", level: 30, route: "/api/v2/session/{session_id}" },
		// The warning, once a process, and the request itself.
		{ event: "forged_forwarded_headers", level: 40, route: undefined },
		{ event: "forged_forwarded_headers", level: 40, route: "/api/v2/health" },
	]);
	expect(JSON.stringify(app.log())).not.toMatch(/192\.0\.2|203\.0\.113|evil\.example/);
});

test("the log names a client over its budget", async () => {
	await using app = await anApp({ config: { limits: limitsWith({ session_codes_per_minute: 1 }) } });
	const id = await app.start();
	const path = `/api/v2/session/${id}/handoff`;
	expect([(await app.post(path)).status, (await app.post(path)).status]).toEqual([200, 429]);
	expect(eventsOf(app)).toEqual([
		{ event: "limit_exceeded", level: 40, route: "/api/v2/session/{session_id}/handoff" },
	]);
});

test("the log names codes that were wrong, void by guesses, and right, and the reply does not", async () => {
	await using app = await anApp();
	const id = await app.start();
	const codeOf = async () => String((await app.post(`/api/v2/session/${id}/handoff`)).body["code"]);
	const redeem = (code: string) => app.post("/api/v2/session/handoff/redeem", { code });
	const good = await codeOf();
	expect((await redeem(good)).status).toBe(200);
	const code = await codeOf();
	const wrong = `${code.slice(0, -1)}${code.endsWith("0") ? "1" : "0"}`;
	const replies = [];
	for (let i = 0; i < 5; i += 1) replies.push(await redeem(wrong));
	const bodies = new Set(replies.map(({ status, body }) => JSON.stringify([status, body])));
	expect(bodies.size).toBe(1);
	expect((await redeem(code)).status).toBe(404);
	const names = eventsOf(app).map(({ event, level }) => `${event} ${level}`);
	expect(new Set(names)).toEqual(new Set(["code_redeemed 30", "code_wrong 30", "code_voided 40"]));
	expect(names.filter((name) => name === "code_voided 40")).toHaveLength(1);
	expect(JSON.stringify(app.log())).not.toContain(code);
});
