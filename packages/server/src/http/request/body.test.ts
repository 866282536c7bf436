import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anApp, type TestApp } from "../../../test/an-app.ts";

const UNKNOWN = "11111111-1111-4111-8111-111111111111";
const NEEDS_BODY = [
	"/api/v2/answers/submit",
	`/api/v2/session/${UNKNOWN}/sync`,
	"/api/v2/student/info",
	"/api/v2/resend-results",
	"/api/v2/feedback/submit",
	"/api/v2/session/handoff/redeem",
];
const TAKES_BODY = [
	...NEEDS_BODY,
	"/api/v2/session/start",
	...["abandon", "complete", "restore", "handoff"].map((change) => `/api/v2/session/${UNKNOWN}/${change}`),
];

const MIB = 1024 * 1024;
const bytes = (...values: number[]) => new Uint8Array(values);

describe.each(TAKES_BODY)("POST %s", (path) => {
	let app: TestApp;
	beforeAll(async () => {
		app = await anApp();
	});
	afterAll(() => app[Symbol.asyncDispose]());

	test.each([
		["broken JSON", '{"session_id":'],
		["a form", "session_id=1&answer=2"],
		["JSON with a comma too many", "{},"],
		["bytes that are not UTF-8", bytes(0x7b, 0x22, 0xff, 0x22, 0x7d)],
		["UTF-16", new Uint8Array(Buffer.from("\ufeff{}", "utf16le"))],
		["a number that is none", '{"rating":NaN}'],
	])("refuses %s with 400", async (_, body) => {
		const reply = await app.send("POST", path, { body });
		expect([reply.status, reply.body["code"]]).toEqual([400, "invalid_json"]);
	});

	test.each([
		["null", "null"],
		["a list", "[]"],
		["a text", '"start"'],
		["true", "true"],
		["10,000 nested lists", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
	])("refuses %s with 422", async (_, body) => {
		const reply = await app.send("POST", path, { body });
		expect([reply.status, reply.body["code"]]).toEqual([422, "invalid_body"]);
	});

	test("refuses more than 1 MiB with 413, whether its length is declared or not", async () => {
		const body = `{"x":"${"y".repeat(MIB)}"}`;
		const declared = { body, headers: { "Content-Length": String(body.length) } };
		expect((await app.send("POST", path, declared)).status).toBe(413);
		expect(
			(await app.send("POST", path, { body: streamOf(body), duplex: "half" } as RequestInit)).status,
		).toBe(413);
	});

	test("takes almost 1 MiB, nested as deep as it likes, and refuses it for what it says at most", async () => {
		const deep = `{"x":${"[".repeat(500_000)}${"]".repeat(500_000)}}`;
		const reply = await app.send("POST", path, { body: deep });
		expect([200, 404, 422]).toContain(reply.status);
	});

	test("refuses an encoded body with 415", async () => {
		const reply = await app.send("POST", path, { body: "{}", headers: { "Content-Encoding": "gzip" } });
		expect([reply.status, reply.body["code"]]).toEqual([415, "unsupported_media_type"]);
	});
});

test.each(NEEDS_BODY)("POST %s without a body is 422", async (path) => {
	await using app = await anApp();
	for (const init of [{}, { body: "" }, { body: " \n" }]) {
		const reply = await app.send("POST", path, init);
		expect([reply.status, reply.body["errors"]]).toEqual([
			422,
			[{ pointer: "", detail: "The body is missing." }],
		]);
	}
});

test("the last of two equal keys counts, and `__proto__` is refused as any field that is not known", async () => {
	await using app = await anApp();
	const id = await app.start();
	const twice = `"session_id":"${UNKNOWN}","session_id":"${id}"`;
	const reply = await app.post("/api/v2/feedback/submit", `{${twice}}`);
	expect([reply.status, reply.body["rating"]]).toEqual([201, null]);
	const body = `{${twice},"__proto__":{"rating":5},"constructor":{"prototype":{"rating":5}}}`;
	expect((await app.post("/api/v2/feedback/submit", body)).body).toMatchObject({
		status: 422,
		errors: [{ pointer: "/__proto__" }, { pointer: "/constructor" }],
	});
});

test("JSON is read whatever the content type says", async () => {
	await using app = await anApp();
	const id = await app.start();
	const body = JSON.stringify({ session_id: id, rating: 3 });
	for (const type of [
		"application/x-www-form-urlencoded",
		"text/plain",
		"multipart/form-data",
		"application/json; charset=utf-16",
		"",
	]) {
		const reply = await app.send("POST", "/api/v2/feedback/submit", {
			body,
			headers: { "Content-Type": type },
		});
		expect([type, reply.status]).toEqual([type, 201]);
	}
});

test("no more than 20 mistakes are listed", async () => {
	await using app = await anApp();
	const id = await app.start();
	const selected_options = Array(100).fill(7);
	const { body } = await app.submit(id, "learn-by", { type: "mcq", selected_options });
	expect(body["errors"]).toHaveLength(20);
});

function streamOf(text: string): ReadableStream<Uint8Array> {
	const chunk = new TextEncoder().encode(text.slice(0, text.length / 4));
	let sent = 0;
	return new ReadableStream({
		pull(controller) {
			sent += 1;
			if (sent > 8) controller.close();
			else controller.enqueue(chunk);
		},
	});
}
