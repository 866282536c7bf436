import { execFile, execFileSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { serve } from "@hono/node-server";
import { expect, test } from "vitest";
import { anApp } from "./an-app.ts";

const run = promisify(execFile);

/** The commands of the guide to phase 1, word for word. Only the port differs: 8000 may be taken where tests run. */
const GUIDE = {
	validate: "curl http://localhost:8000/api/v2/session/test-123/validate",
	start: "curl -X POST http://localhost:8000/api/v2/session/start",
	abandon: "curl -X POST http://localhost:8000/api/v2/session/YOUR_SESSION_ID/abandon",
};

const hasCurl = (() => {
	try {
		execFileSync("curl", ["--version"]);
		return true;
	} catch {
		return false;
	}
})();

test.runIf(hasCurl)("the commands of the guide give what the guide says", async () => {
	await using app = await anApp();
	await using server = await listening(app.app.fetch);
	const ask = async (command: string): Promise<unknown> => {
		const [program = "", ...words] = command.replace(":8000", `:${server.port}`).split(" ");
		const { stdout } = await run(program, ["--silent", ...words]);
		return JSON.parse(stdout);
	};

	expect(await ask(GUIDE.validate)).toEqual({ valid: false, reason: "not_found", resumable: false });

	const started = (await ask(GUIDE.start)) as { session_id: string; created_at: string };
	expect(started.session_id).toMatch(/^[0-9a-f-]{36}$/);
	expect(started.created_at).toMatch(/Z$/);

	const own = (command: string) => command.replace("YOUR_SESSION_ID", started.session_id);
	expect(await ask(own(GUIDE.validate).replace("test-123", started.session_id))).toMatchObject({
		valid: true,
		session: { status: "active", current_page_id: null },
		progress: { questions_answered: 0, total_xp: 0, percentage: 0 },
	});

	expect(await ask(own(GUIDE.abandon))).toMatchObject({ success: true });
	expect(await ask(own(GUIDE.validate).replace("test-123", started.session_id))).toMatchObject({
		session: { status: "user_abandoned_not_completed" },
	});
});

test.runIf(hasCurl)("`curl -d` calls JSON a form, and is understood", async () => {
	await using app = await anApp();
	await using server = await listening(app.app.fetch);
	const session_id = await app.start();
	const body = JSON.stringify({
		session_id,
		question_id: app.question("team"),
		answer: { type: "slider", value: 4 },
	});
	const { stdout } = await run("curl", [
		"--silent",
		`http://localhost:${server.port}/api/v2/answers/submit`,
		"-d",
		body,
	]);
	expect(JSON.parse(stdout)).toEqual({
		success: true,
		xp_gained: 10,
		total_xp: 10,
		badges_unlocked: ["first_answer"],
		progress: { questions_answered: 1, total_questions: 5, percentage: 20 },
	});
});

test("over a real connection: bodies too large, cut short or sent in pieces", async () => {
	await using app = await anApp();
	await using server = await listening(app.app.fetch);
	const address = `http://localhost:${server.port}/api/v2/feedback/submit`;
	const session_id = await app.start();
	const large = await fetch(address, { method: "POST", body: "x".repeat(3 * 1024 * 1024) }).catch(() => null);
	// A server that refuses before it has read everything may close the connection under the sender's hands.
	expect(large?.status ?? 413).toBe(413);
	const pieces = new Blob(['{"session_id":"', session_id, '","rating":5}']).stream();
	const sent = await fetch(address, { method: "POST", body: pieces, duplex: "half" } as RequestInit);
	expect([sent.status, await sent.json()]).toMatchObject([201, { rating: 5 }]);
	const cut = new AbortController();
	const endless = new ReadableStream({
		start(controller) {
			controller.enqueue(new TextEncoder().encode('{"session_id":'));
			setTimeout(() => cut.abort(), 50);
		},
	});
	const request = { method: "POST", body: endless, duplex: "half", signal: cut.signal } as RequestInit;
	await expect(fetch(address, request)).rejects.toThrow();
	expect((await fetch(address, { method: "HEAD" })).status).toBe(405);
	expect(app.log().filter(({ status }) => Number(status) >= 500)).toEqual([]);
});

async function listening(fetch: Parameters<typeof serve>[0]["fetch"]) {
	const server = serve({ fetch, port: 0, hostname: "localhost" });
	await new Promise<void>((resolve) => server.once("listening", () => resolve()));
	return {
		port: (server.address() as AddressInfo).port,
		[Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
	};
}
