import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../test/an-app.ts";
import { DEFAULT_BOUNDS } from "../db/writes/history-bounds.ts";
import { anOperationId } from "../testing/stores/a-store.ts";

const slider = (value: number) => ({ type: "slider", value });
const essay = (length: number, letter = "x") => ({ type: "essay", text: letter.repeat(length) });

type Command = Record<string, unknown>;

async function sync(app: TestApp, id: string, ...commands: Command[]) {
	const operations = commands.map((command) => ({
		operation_id: anOperationId(),
		client_time: app.now(),
		command,
	}));
	const reply = await app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations });
	expect(reply.status).toBe(200);
	return (reply.body["results"] as { status: string; code?: string }[]).map(
		({ status, code }) => code ?? status,
	);
}

const answering = (app: TestApp, key: string, answer: unknown): Command => ({
	kind: "answer",
	question_id: app.question(key),
	answer,
});

test("a session whose history has as many events as it may have takes no more answers, and can be completed", async () => {
	await using app = await anApp({ bounds: { ...DEFAULT_BOUNDS, session_events: 6, session_value_kib: 256 } });
	const id = await app.start();
	const operation = { submission_id: anOperationId() };
	const first = await app.submit(id, "team", SAMPLER_ANSWERS.team, operation);
	expect(
		await sync(app, id, ...[1, 2, 3, 4, 5].map((value) => answering(app, "team", slider(value)))),
	).toEqual(["applied", "applied", "applied", "applied", "session_full"]);
	const alone = await app.submit(id, "energy", SAMPLER_ANSWERS.energy);
	expect([alone.status, alone.body["code"]]).toEqual([409, "session_full"]);
	// What was taken is repeated, and stands.
	expect((await app.submit(id, "team", SAMPLER_ANSWERS.team, operation)).body).toEqual(first.body);
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({
		session: { answered: 1, answers: { [app.question("team")]: { answer: slider(4) } } },
	});
	expect((await app.post(`/api/v2/session/${id}/complete`)).status).toBe(200);
	expect(await sync(app, id, answering(app, "team", slider(2)))).toEqual(["session_full"]);
});

test("ending a session again and again has its bound too", async () => {
	await using app = await anApp({ bounds: { ...DEFAULT_BOUNDS, session_events: 2, session_value_kib: 256 } });
	const id = await app.start();
	for (let i = 0; i < 201; i += 1) await app.post(`/api/v2/session/${id}/restore`);
	const full = await app.post(`/api/v2/session/${id}/restore`);
	expect([full.status, full.body["code"]]).toEqual([409, "session_full"]);
	expect((await app.post(`/api/v2/session/${id}/abandon`)).body["code"]).toBe("session_full");
});

test("long values are bounded together, whichever process and batch brought them; short ones go on", async () => {
	// The longest answers of the sampler have 300 characters; these have 632 bytes.
	await using app = await anApp({
		bounds: { ...DEFAULT_BOUNDS, session_events: 1000, session_value_kib: 2 },
	});
	const id = await app.start();
	const long = answering(app, "dream", essay(300, "ش"));
	expect(await sync(app, id, long, long)).toEqual(["applied", "applied"]);
	expect(await sync(app, id, long, long)).toEqual(["applied", "session_full"]);
	const short = answering(app, "dream", essay(300));
	expect(await sync(app, id, answering(app, "team", slider(2)), short)).toEqual(["applied", "applied"]);
	// Counted in bytes, not in characters.
	const other = await app.start();
	expect(await sync(app, other, answering(app, "dream", essay(300, "🌱")))).toEqual(["applied"]);
	expect(await sync(app, other, answering(app, "dream", essay(300, "🌱")))).toEqual(["session_full"]);
});

test("drafts that come late stay in the history and count; drafts in time replace each other", async () => {
	await using app = await anApp({
		bounds: { ...DEFAULT_BOUNDS, session_events: 1000, session_value_kib: 32 },
	});
	const id = await app.start();
	const draft: Command = { kind: "draft", question_id: app.question("dream"), draft: essay(10_000) };
	expect(await sync(app, id, draft, draft, draft, draft, draft)).toEqual(Array(5).fill("applied"));
	await app.post(`/api/v2/session/${id}/complete`);
	expect(await sync(app, id, draft, draft, draft, draft)).toEqual([
		"session_completed",
		"session_completed",
		"session_completed",
		"session_full",
	]);
});
