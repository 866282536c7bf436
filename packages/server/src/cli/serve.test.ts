import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { CLI, carhythm, runFile } from "../testing/processes/run.ts";
import { serving } from "../testing/processes/serving.ts";

const DISPLAY_ID = /[0-9A-Z]{5}-[0-9A-Z]{5}/;

test("serve makes a new database ready, answers, and ends in order on SIGTERM", async () => {
	using folder = aFolder();
	await using server = await serving({ DATABASE_URL: `sqlite:${folder.file("a.db")}` });
	const { address, child, ended } = server;
	const health = await fetch(`${address}/api/v2/health`);
	expect(await health.json()).toEqual({ status: "healthy", version: "2.0" });
	// Longer than proxies keep a connection: whoever sends on it must be the first to give it up.
	expect(health.headers.get("keep-alive")).toBe("timeout=75");
	const start = await fetch(`${address}/api/v2/session/start`, { method: "POST" });
	const { session_id } = (await start.json()) as { session_id: string };
	const pathOfEvents = `${address}/api/v2/session/${session_id}/events`;
	// A browser that goes away makes room for another one.
	for (let turn = 0; turn < 10; turn += 1) {
		const gone = new AbortController();
		expect((await fetch(pathOfEvents, { signal: gone.signal })).status).toBe(200);
		gone.abort();
	}
	const listening = await fetch(pathOfEvents);
	// Browsers hold a connection ready on which they ask for nothing.
	const { port } = new URL(address);
	const spare = connect(Number(port), "127.0.0.1");
	await once(spare, "connect");
	// One that the server has not accepted yet when it stops is cut off instead of closed.
	spare.on("error", () => {});
	child.kill("SIGTERM");
	expect(await listening.text()).toContain('data: {"revision":1');
	const { code, stdout } = await ended;
	expect(code).toBe(0);
	expect(stdout).toContain('"msg":"stopped"');
	expect(stdout).not.toContain("cutting the requests");
	expect(stdout).toContain(`A new database was made: ${folder.file("a.db")}\n`);
	expect(stdout).not.toContain(session_id);
	expect(existsSync(folder.file("a.db-wal"))).toBe(false);
	expect((await carhythm(folder.file("a.db"), "session", "list")).stdout).toMatch(DISPLAY_ID);
	await using again = await serving({ DATABASE_URL: `sqlite:${folder.file("a.db")}` });
	again.child.kill("SIGTERM");
	expect((await again.ended).stdout).toContain(`\nDatabase: ${folder.file("a.db")}\n`);
});

test("a session is kept for as many days as serve was told", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await using server = await serving({ DATABASE_URL: `sqlite:${file}`, SESSION_EXPIRY_DAYS: "7" });
	const { address } = server;
	const start = await fetch(`${address}/api/v2/session/start`, {
		method: "POST",
		headers: { Origin: address, "Content-Type": "application/json" },
		body: "{}",
	});
	expect(start.headers.get("set-cookie")).toContain("; Max-Age=604800;");
	const { session_id, created_at, expires_at } = (await start.json()) as Record<string, string>;
	const atSession = (rest: string, init?: RequestInit) =>
		fetch(`${address}/api/v2/session/${session_id}${rest}`, init);
	const snapshot = async () => (await atSession("")).json();
	expect(await snapshot()).toMatchObject({ expires_at, expired: false, resumable: true });
	expect(expires_at).toBe(daysAfter(created_at, 7));

	const last_activity = daysAfter(new Date().toISOString(), -8);
	const database = new SqliteFile(file);
	database.prepare("update student_responses set last_activity = ?").run(last_activity);
	database.close();
	expect(await snapshot()).toMatchObject({ expires_at: daysAfter(last_activity, 7), expired: true });
	const refused = await atSession("/complete", { method: "POST" });
	expect(await refused.json()).toMatchObject({ status: 409, code: "session_expired" });
});

test("a port in use and an address that is not ours end with 1 and one sentence", async () => {
	using folder = aFolder();
	const taken = createServer();
	await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
	const address = taken.address();
	const port = typeof address === "object" ? String(address?.port) : "";
	const flags = ["--database-url", `sqlite:${folder.file("a.db")}`, "--log-level", "silent"];
	const busy = await runFile(CLI, ["serve", "--port", port, "--host", "127.0.0.1", ...flags]);
	expect(busy).toEqual({
		code: 1,
		signal: null,
		stdout: "",
		stderr: `Port ${port} is already in use. Stop the other program, or choose another port with --port or PORT.\n`,
	});
	taken.close();
	const foreign = await runFile(CLI, ["serve", "--port", "0", "--host", "192.0.2.77", ...flags]);
	expect(foreign).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("192.0.2.77 is not an address of this machine"),
	});
});

function daysAfter(instant: string | undefined, days: number): string {
	return new Date(Date.parse(instant ?? "") + days * 86_400_000).toISOString();
}
