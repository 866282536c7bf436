import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anApp, type TestApp } from "../../test/an-app.ts";

const SCRIPT = `console.log(${JSON.stringify("beat ".repeat(500))});`;
const INDEX = "<!doctype html><title>CaRhythm</title>";

describe("the built pages", () => {
	let folder: string;
	let app: TestApp;
	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "carhythm-web-"));
		const root = join(folder, "dist");
		mkdirSync(join(root, "assets"), { recursive: true });
		writeFileSync(join(folder, "secret.txt"), "outside");
		writeFileSync(join(root, ".env"), "hidden");
		writeFileSync(join(root, "assets/main-Bx3k9_Qa.js.map"), "sources");
		writeFileSync(join(root, "index.html"), INDEX);
		writeFileSync(join(root, "robots.txt"), "User-agent: *");
		writeFileSync(join(root, "assets/main-Bx3k9_Qa.js"), SCRIPT);
		writeFileSync(join(root, "assets/readex-latin-Cq0dK3aX.woff2"), "font");
		app = await anApp({ web_root: root });
	});
	afterAll(async () => {
		await app[Symbol.asyncDispose]();
		rmSync(folder, { recursive: true, force: true });
	});

	test("are served with their types; hashed files may be kept for ever, others are asked for again", async () => {
		for (const [path, type, caching] of [
			["/", "text/html; charset=utf-8", "no-cache"],
			["/robots.txt", "text/plain; charset=utf-8", "no-cache"],
			["/assets/main-Bx3k9_Qa.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
			["/assets/readex-latin-Cq0dK3aX.woff2", "font/woff2", "public, max-age=31536000, immutable"],
		] as const) {
			const { status, headers } = await app.app.request(path);
			expect([path, status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
				path,
				200,
				type,
				caching,
			]);
		}
	});

	test("are compressed where the browser can read it", async () => {
		const reply = await app.app.request("/assets/main-Bx3k9_Qa.js", {
			headers: { "Accept-Encoding": "gzip, br" },
		});
		expect(reply.headers.get("content-encoding")).toBe("gzip");
		expect(reply.headers.get("vary")).toContain("Accept-Encoding");
		expect(gunzipSync(Buffer.from(await reply.arrayBuffer())).toString()).toBe(SCRIPT);
		const plain = await app.app.request("/assets/main-Bx3k9_Qa.js");
		expect([plain.headers.get("content-encoding"), await plain.text()]).toEqual([null, SCRIPT]);
	});

	test("are not sent again while they stay the same", async () => {
		const first = await app.app.request("/");
		const again = await app.app.request("/", {
			headers: { "If-None-Match": first.headers.get("etag") ?? "" },
		});
		expect([again.status, await again.text()]).toEqual([304, ""]);
		expect(again.headers.get("cache-control")).toBe("no-cache");
	});

	test("end with a small page in both languages where there is nothing, never with the index", async () => {
		for (const path of ["/nothing", "/assets/", "/assets/gone-12345678.js", "/index.htm", "/session/7"]) {
			const reply = await app.app.request(path);
			const page = await reply.text();
			expect([path, reply.status, reply.headers.get("content-type")?.toLowerCase()]).toEqual([
				path,
				404,
				"text/html; charset=utf-8",
			]);
			expect(page).toContain("There is no page at this address.");
			expect(page).toContain('lang="ar" dir="rtl"');
		}
		expect((await app.app.request("/nothing", { method: "POST" })).headers.get("content-type")).toBe(
			"application/problem+json",
		);
	});

	test.each([
		"/../secret.txt",
		"/..%2fsecret.txt",
		"/%2e%2e/secret.txt",
		"/%2e%2e%2fsecret.txt",
		"/assets/..%2f..%2fsecret.txt",
		"/..%5csecret.txt",
		"/....//secret.txt",
		"/%252e%252e/secret.txt",
		"/.env",
		"/%2eenv",
		"/assets/../.env",
		"/index.html%00.js",
		"/assets/main-Bx3k9_Qa.js.map",
		"/assets/main-Bx3k9_Qa.js%2emap",
	])("give nothing at %s that is not theirs", async (path) => {
		const reply = await app.app.request(`http://localhost${path}`);
		expect(reply.status).toBe(404);
		expect(await reply.text()).not.toMatch(/outside|hidden|sources/);
	});

	test("leave the API alone", async () => {
		expect((await app.get("/api/v2/health")).status).toBe(200);
		expect((await app.get("/api/v2/nothing")).status).toBe(404);
		expect((await app.app.request("/docs")).status).toBe(200);
	});
});

test("where the pages are not built, the first page says so", async () => {
	await using app = await anApp();
	const page = await (await app.app.request("/")).text();
	expect(page).toContain("npm run build");
});

test("large documents of the API are compressed", async () => {
	await using app = await anApp({ career_rhythm: true });
	const reply = await app.app.request("/api/v2/assessments/latest?key=career-rhythm", {
		headers: { "Accept-Encoding": "gzip" },
	});
	expect(reply.headers.get("content-encoding")).toBe("gzip");
	const document = gunzipSync(Buffer.from(await reply.arrayBuffer())).toString();
	expect(JSON.parse(document)).toMatchObject({ assessment: { key: "career-rhythm" } });
});
