import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { serving } from "../testing/processes/serving.ts";

// Runs once: no request of these reaches the database.

const HOST = "career.school.example";
const folder = aFolder();
let server: Awaited<ReturnType<typeof serving>>;
let logged = "";
beforeAll(async () => {
	server = await serving({
		DATABASE_URL: `sqlite:${folder.file("a.db")}`,
		PUBLIC_URL: `https://${HOST}`,
		LIMIT_HEADERS_SECONDS: "1",
		LIMIT_REQUEST_SECONDS: "5",
	});
	server.child.stdout?.on("data", (bytes) => {
		logged += bytes;
	});
});
afterAll(async () => {
	await server[Symbol.asyncDispose]();
	folder[Symbol.dispose]();
});

let port: number;
beforeAll(() => {
	// It is ready at its public address, and says in the next line where it listens.
	port = Number(/It listens at .*:(\d+)\./.exec(server.said())?.[1]);
});

/** Sends bytes, and gives back all that comes until the server closes the connection. */
async function exchange(bytes: string): Promise<string> {
	const socket = connect({ host: "127.0.0.1", port });
	let said = "";
	socket.setEncoding("latin1").on("data", (text: string) => {
		said += text;
	});
	// Bytes behind the refused ones may meet a closed connection.
	socket.on("error", () => {});
	socket.write(bytes, "latin1");
	await once(socket, "close");
	return said;
}

const lines = (...texts: string[]) => `${texts.join("\r\n")}\r\n`;
/** What an attacker hides behind a request: it must never be taken for one. */
const HIDDEN = lines("GET /healthz HTTP/1.1", `Host: ${HOST}`, "X-Request-ID: smuggled", "");
const POST = ["POST /api/v2/session/start HTTP/1.1", `Host: ${HOST}`, "Content-Type: application/json"];

const HEADERS = [
	/^X-Content-Type-Options: nosniff\r$/im,
	/^Content-Security-Policy: .*frame-ancestors 'none'/im,
	/^Strict-Transport-Security: max-age=31536000; includeSubDomains\r$/im,
	/^Connection: close\r$/im,
];

describe("what one program may read as one request and another as two", () => {
	test.each([
		[
			"Content-Length with Transfer-Encoding",
			lines(...POST, "Content-Length: 6", "Transfer-Encoding: chunked", "", "0", "", "X"),
		],
		["two lengths that differ", lines(...POST, "Content-Length: 2", "Content-Length: 20", "", "{}")],
		["two lengths that are the same", lines(...POST, "Content-Length: 2", "Content-Length: 2", "", "{}")],
		["a list of lengths", lines(...POST, "Content-Length: 2, 2", "", "{}")],
		["a length with a sign", lines(...POST, "Content-Length: +2", "", "{}")],
		["a line end without a carriage return", `${POST.join("\n")}\nContent-Length: 2\n\n{}`],
		[
			"one header's line end without a carriage return",
			`${lines(...POST)}Content-Length: 2\nX-More: y\r\n\r\n{}`,
		],
		["a folded header", lines(...POST, "X-Long: one", " two", "Content-Length: 2", "", "{}")],
		["a folded Transfer-Encoding", lines(...POST, "Transfer-Encoding:", " chunked", "", "2", "{}", "0", "")],
		["a space in front of the colon", lines(...POST, "Content-Length : 2", "", "{}")],
		["an unknown Transfer-Encoding", lines(...POST, "Transfer-Encoding: chunked, identity", "", "0", "")],
		[
			"Transfer-Encoding twice",
			lines(...POST, "Transfer-Encoding: identity", "Transfer-Encoding: x", "", ""),
		],
		[
			"a chunk without a valid length",
			lines(...POST, "Transfer-Encoding: chunked", "", "0x2", "{}", "0", ""),
		],
		["a chunk longer than its length", lines(...POST, "Transfer-Encoding: chunked", "", "1", "{}", "0", "")],
		["a NUL in a header", lines(...POST, "X-Odd: a\0b", "Content-Length: 2", "", "{}")],
		["two hosts", lines("GET /healthz HTTP/1.1", `Host: ${HOST}`, "Host: evil.example", "")],
	])("%s is refused once, and the connection is closed", async (_name, bytes) => {
		const said = await exchange(`${bytes}${HIDDEN}`);
		expect(said).toMatch(/^HTTP\/1\.1 400 /);
		for (const header of HEADERS) expect(said).toMatch(header);
		// One reply, and none to the request behind.
		expect(said.match(/HTTP\/1\.1 /g)).toHaveLength(1);
		expect(said).not.toContain("smuggled");
	});
});

test("what is no request gets the security headers too, with its own status", async () => {
	for (const [status, bytes] of [
		[400, "no request at all\r\n\r\n"],
		[400, lines("GET /healthz HTTP/1.1", "")],
		[400, lines("GET /healthz HTTP/1.1", "Host: a b", "")],
		[408, "GET /healthz HTTP/1.1\r\nHost: "],
		[417, lines("GET /healthz HTTP/1.1", `Host: ${HOST}`, "Expect: the-unexpected", "")],
		[431, lines("GET /healthz HTTP/1.1", `Host: ${HOST}`, `X-Long: ${"x".repeat(20_000)}`, "")],
	] as const) {
		const said = await exchange(bytes);
		expect([bytes.slice(0, 60), said.slice(0, 12)]).toEqual([bytes.slice(0, 60), `HTTP/1.1 ${status}`]);
		for (const header of HEADERS) expect([status, said]).toEqual([status, expect.stringMatching(header)]);
	}
});

test("TRACE and TRACK are refused and give nothing back of what was sent", async () => {
	for (const [method, path, status] of [
		["TRACE", "/", 404],
		["TRACE", "/healthz", 405],
		["TRACE", "/api/v2/session/start", 405],
		["TRACK", "/healthz", 400],
	] as const) {
		const said = await exchange(
			lines(`${method} ${path} HTTP/1.1`, `Host: ${HOST}`, "Cookie: secret=s3cret", "Connection: close", ""),
		);
		expect([method, path, said.slice(0, 12)]).toEqual([method, path, `HTTP/1.1 ${status}`]);
		expect(said).not.toContain("s3cret");
		expect(said).toMatch(HEADERS[0] ?? "");
	}
});

test("requests that are none are told of in the log, some of a kind in one line a second", async () => {
	await Promise.all(Array.from({ length: 20 }, () => exchange("nonsense\r\n\r\n")));
	const told = () =>
		logged.split("\n").flatMap((line) => (line.includes('"malformed_request"') ? JSON.parse(line) : []));
	await expect.poll(() => told().some(({ repeated }) => repeated > 0), { timeout: 10_000 }).toBe(true);
	expect(told().length).toBeLessThan(40);
	for (const line of told()) expect(line).toMatchObject({ level: 40, status: expect.any(Number) });
	expect(logged).not.toContain("nonsense");
});
