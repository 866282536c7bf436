import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { serving } from "../testing/processes/serving.ts";

// Runs once: connections have nothing to do with the database.

const LIMITS = {
	LIMIT_NETWORK_CONNECTIONS: "12",
	LIMIT_HEADERS_SECONDS: "1",
	LIMIT_REQUEST_SECONDS: "5",
	LIMIT_NETWORK_BODIES_MIB: "2",
	LIMIT_BODIES_MIB: "64",
};
const folder = aFolder();
let server: Awaited<ReturnType<typeof serving>>;
beforeAll(async () => {
	server = await serving({ DATABASE_URL: `sqlite:${folder.file("a.db")}`, LOG_LEVEL: "silent", ...LIMITS });
});
afterAll(async () => {
	await server[Symbol.asyncDispose]();
	folder[Symbol.dispose]();
});

/** A connection, with what came over it. */
async function open(localAddress: string, address = server.address) {
	const { hostname, port } = new URL(address);
	const socket: Socket = connect({ host: hostname, port: Number(port), localAddress });
	let said = "";
	socket.on("data", (bytes) => {
		said += bytes;
	});
	socket.on("error", () => {});
	await once(socket, "connect");
	const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
	return { socket, said: () => said, closed };
}

const BODY = 1024 * 1024 - 1;
const HEAD = [
	"POST /api/v2/answers/submit HTTP/1.1",
	"Host: school",
	"Content-Type: application/json",
	`Content-Length: ${BODY}`,
	"",
	"",
].join("\r\n");

test("a request that does not arrive in time is told so and its connection closed", async () => {
	const [silent, headless, slow] = [
		await open("127.0.0.2"),
		await open("127.0.0.2"),
		await open("127.0.0.2"),
	];
	headless.socket.write("GET /healthz HTTP/1.1\r\nHost: sch");
	slow.socket.write(`${HEAD}{`);
	await Promise.all([silent.closed, headless.closed, slow.closed]);
	expect(headless.said()).toContain("408");
	expect(slow.said()).toContain("408");
});

test("one network keeps so many connections and no more; another network comes in all the same", async () => {
	const kept = await Promise.all(Array.from({ length: 12 }, () => open("127.0.0.3")));
	const more = await open("127.0.0.3");
	await more.closed;
	const other = await open("127.0.0.4");
	other.socket.write("GET /healthz HTTP/1.1\r\nHost: school\r\nConnection: close\r\n\r\n");
	await other.closed;
	expect(other.said()).toContain("200 OK");
	for (const { socket } of kept) socket.destroy();
});

test("bodies that stop half-way hold so much of a network, and small requests are still taken", async () => {
	const held = await Promise.all(
		Array.from({ length: 4 }, async () => {
			const one = await open("127.0.0.5");
			one.socket.write(HEAD);
			one.socket.write(" ".repeat(BODY - 1));
			return one;
		}),
	);
	while (held.filter(({ said }) => said().includes("503")).length < 2) await sleep(20);
	const small = await open("127.0.0.5");
	const body = JSON.stringify({ session_id: "nobody", rating: 5 });
	small.socket.write(
		`POST /api/v2/feedback/submit HTTP/1.1\r\nHost: school\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
	);
	await small.closed;
	expect(small.said()).toContain("404");
	expect(held.filter(({ said }) => said().includes("503"))).toHaveLength(2);
	for (const { socket } of held) socket.destroy();
});

test("refused bodies are received to their end a few times, then the connection is closed at once", async () => {
	await using patient = await serving({
		DATABASE_URL: `sqlite:${folder.file("patient.db")}`,
		LOG_LEVEL: "silent",
		LIMIT_NETWORK_UNREAD_BODIES_PER_MINUTE: "2",
	});
	const refuse = async () => {
		const one = await open("127.0.0.6", patient.address);
		one.socket.write(HEAD.replace(String(BODY), "2000000"));
		one.socket.write(" ".repeat(1000));
		return one;
	};
	const [first, second] = [await refuse(), await refuse()];
	while (![first, second].every(({ said }) => said().includes("413"))) await sleep(20);
	const third = await refuse();
	await third.closed;
	expect([first, second].map(({ socket }) => socket.closed)).toEqual([false, false]);
	for (const { socket } of [first, second]) socket.destroy();
});
