import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { engine } from "../../src/testing/stores/an-engine.ts";
import { countersEqualRows } from "../../src/testing/stores/batches.ts";
import { aSimulatedServer, type SimulatedServer } from "./simulated-server.ts";

// Fifty identical requests at once to one server process. Several processes on one database:
// src/db/races.test.ts.

const AT_ONCE = 50;
const BEGINNING = Date.parse("2027-03-20T08:00:00.000Z");

type Reply = { status: number; body: Record<string, unknown> };

async function post(server: SimulatedServer, path: string, body: object): Promise<Reply> {
	const headers = { "content-type": "application/json" };
	const response = await server.request(`/api/v2${path}`, {
		method: "POST",
		headers,
		body: JSON.stringify(body),
	});
	return { status: response.status, body: (await response.json()) as Reply["body"] };
}

async function fifty(server: SimulatedServer, path: string, body: object): Promise<Reply> {
	const replies = await Promise.all(Array.from({ length: AT_ONCE }, () => post(server, path, body)));
	const [first] = replies;
	if (!first) throw new Error("There was no reply.");
	for (const reply of replies) expect(reply).toEqual(first);
	expect(first.status).toBe(200);
	return first;
}

async function begin(server: SimulatedServer, body: object = {}): Promise<string> {
	return String((await post(server, "/session/start", body)).body["session_id"]);
}

async function kindsOf(server: SimulatedServer, session_id: string): Promise<string[]> {
	const rows = await server
		.database()
		.reader.selectFrom("session_events")
		.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
		.select("kind")
		.where("session_id", "=", session_id)
		.orderBy("revision")
		.execute();
	return rows.map(({ kind }) => kind);
}

async function statuses(server: SimulatedServer): Promise<string[]> {
	const rows = await server.database().reader.selectFrom("student_responses").select("status").execute();
	return rows.map(({ status }) => status).sort();
}

const open = () => aSimulatedServer(engine, () => BEGINNING);

test("fifty identical starts begin one session", async () => {
	await using server = await open();
	await fifty(server, "/session/start", { operation_id: randomUUID(), language: "en" });
	expect(await statuses(server)).toEqual(["active"]);
});

test("fifty identical submissions are one answer, one event and ten points", async () => {
	await using server = await open();
	const session_id = await begin(server);
	const question_id = server.index.places[0]?.question.id;
	const answer = { type: "slider", value: 3 };
	const reply = await fifty(server, "/answers/submit", {
		session_id,
		question_id,
		answer,
		submission_id: randomUUID(),
	});
	expect(reply.body).toMatchObject({ xp_gained: 10, total_xp: 10, badges_unlocked: ["first_answer"] });
	expect(await kindsOf(server, session_id)).toEqual(["start", "answer"]);
});

test("fifty identical fresh starts set one session aside and begin one in its place", async () => {
	await using server = await open();
	const session_id = await begin(server);
	await fifty(server, "/session/start", { operation_id: randomUUID(), replaces: session_id });
	expect(await statuses(server)).toEqual(["active", "user_abandoned_not_completed"]);
	expect(await kindsOf(server, session_id)).toEqual(["start", "abandon"]);
});

test("fifty fresh starts with ids of their own come to one new session, and each is answered so for ever", async () => {
	await using server = await open();
	const session_id = await begin(server);
	const requests = Array.from({ length: AT_ONCE }, () => ({
		operation_id: randomUUID(),
		replaces: session_id,
	}));
	const all = () => Promise.all(requests.map((request) => post(server, "/session/start", request)));
	const fresh = new Set((await all()).map(({ body }) => body["session_id"]));
	expect(fresh.size).toBe(1);
	expect(await statuses(server)).toEqual(["active", "user_abandoned_not_completed"]);
	const [first] = fresh;
	await post(server, `/session/${String(first)}/complete`, {});
	expect(new Set((await all()).map(({ body }) => body["session_id"]))).toEqual(fresh);
	expect(await statuses(server)).toEqual(["completed", "user_abandoned_not_completed"]);
});

test("fifty identical completions are one", async () => {
	await using server = await open();
	const session_id = await begin(server);
	await fifty(server, `/session/${session_id}/complete`, { operation_id: randomUUID() });
	expect(await kindsOf(server, session_id)).toEqual(["start", "complete"]);
});

test("fifty identical uses of a code are one, for a device that says which it is and for one that does not", async () => {
	await using server = await open();
	for (const device of [{ device_id: randomUUID(), label: "Phone" }, {}]) {
		const session_id = await begin(server);
		const { body } = await post(server, `/session/${session_id}/handoff`, {});
		const redeem = { code: body["code"], operation_id: randomUUID(), ...device };
		const reply = await fifty(server, "/session/handoff/redeem", redeem);
		expect(reply.body).toMatchObject({ session: { session_id, revision: 2, holder: device } });
		expect(await kindsOf(server, session_id)).toEqual(["start", "hold"]);
	}
});

test.each([
	{ end: "complete", code: "session_completed" },
	{ end: "abandon", code: "session_abandoned" },
])("fifty answers around one $end: each is there as a whole, or refused", async ({ end, code }) => {
	await using server = await open();
	const session_id = await begin(server);
	const sliders = server.index.places.filter(({ question }) => question.type === "slider");
	const answers = Array.from({ length: AT_ONCE }, (_, value) => ({
		session_id,
		question_id: sliders[value % sliders.length]?.question.id,
		answer: { type: "slider", value },
		submission_id: randomUUID(),
	}));
	const submit = (some: typeof answers) => some.map((answer) => post(server, "/answers/submit", answer));
	const middle = AT_ONCE / 2;
	const first = submit(answers.slice(0, middle));
	// Answers of one network take turns and the end does not, so it would overtake all that came before it.
	await Promise.race(first);
	const replies = await Promise.all([
		...first,
		post(server, `/session/${session_id}/${end}`, {}),
		...submit(answers.slice(middle)),
	]);
	const [ended] = replies.splice(middle, 1);
	expect(ended?.status).toBe(200);
	const taken = answers.filter((_, i) => replies[i]?.status === 200);
	const refused = replies.filter(({ status }) => status !== 200);
	for (const { status, body } of refused) expect([status, body["code"]]).toEqual([409, code]);
	// If one side always won, the race would prove nothing.
	expect(Math.min(taken.length, refused.length)).toBeGreaterThan(0);

	expect(await kindsOf(server, session_id)).toEqual(["start", ...taken.map(() => "answer"), end]);
	const xp = replies.reduce((sum, { body }) => sum + Number(body["xp_gained"] ?? 0), 0);
	const answered = new Set(taken.map(({ question_id }) => question_id)).size;
	const snapshot = await (await server.request(`/api/v2/session/${session_id}`, {})).json();
	expect(snapshot).toMatchObject({
		session: { answered, revision: taken.length + 2 },
		progress: { total_xp: xp },
	});
	await countersEqualRows({ database: server.database() });
	// Repeated requests get the same replies.
	expect(await Promise.all(submit(answers))).toEqual(replies);
});

test("fifty identical restores are one, and a late repeat does not undo what came after", async () => {
	await using server = await open();
	const session_id = await begin(server);
	const fresh = await begin(server, { replaces: session_id });
	const restore = { operation_id: randomUUID() };
	await fifty(server, `/session/${session_id}/restore`, restore);
	expect(await kindsOf(server, session_id)).toEqual(["start", "abandon", "restore"]);
	expect(await kindsOf(server, fresh)).toEqual(["start", "abandon"]);
	expect(await statuses(server)).toEqual(["active", "user_abandoned_not_completed"]);

	await post(server, `/session/${fresh}/restore`, {});
	const late = await post(server, `/session/${session_id}/restore`, restore);
	expect(late).toMatchObject({ status: 200, body: { session: { status: "user_abandoned_not_completed" } } });
	expect(await kindsOf(server, session_id)).toEqual(["start", "abandon", "restore", "abandon"]);
});

test("a fresh start that was answered with another session never leads to a stranger's, when that one has been erased", async () => {
	await using server = await open();
	const session_id = await begin(server);
	const first = await post(server, "/session/start", { replaces: session_id });
	const request = { operation_id: randomUUID(), replaces: session_id };
	expect(await post(server, "/session/start", request)).toEqual(first);
	await server.admin().erase(String(first.body["display_id"]), { kind: "system_user", name: "a test" });
	const results = await server.database().reader.selectFrom("session_events").select("result").execute();
	expect(JSON.stringify(results)).not.toContain(first.body["display_id"]);
	// SQLite gives the erased session's row id to the next session.
	const stranger = await begin(server);
	const again = await post(server, "/session/start", request);
	expect(again.status).toBe(200);
	expect([stranger, first.body["session_id"]]).not.toContain(again.body["session_id"]);
});
