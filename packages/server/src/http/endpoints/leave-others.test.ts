import type { OperationId, SessionId } from "@carhythm/core";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { READS, WRITES } from "../../../test/session-requests.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const leave = (app: TestApp, id: string, more: object = {}) =>
	app.post(`/api/v2/session/${id}/leave-others`, more);

/** Leaves the other devices. @returns the new id */
async function left(app: TestApp, id: string, more: object = {}): Promise<string> {
	const { status, body } = await leave(app, id, more);
	expect(status).toBe(200);
	return (body["session"] as { session_id: string }).session_id;
}

type Sent = { command: object; id?: OperationId; client_time?: string };

function sync(app: TestApp, id: string, ...sent: Sent[]) {
	return app.post(`/api/v2/session/${id}/sync`, {
		sent_at: app.now(),
		operations: sent.map((one) => ({
			operation_id: one.id ?? anOperationId(),
			client_time: one.client_time ?? app.now(),
			command: one.command,
		})),
	});
}

const answering = (app: TestApp, key: keyof typeof SAMPLER_ANSWERS) => ({
	kind: "answer",
	question_id: app.question(key),
	answer: SAMPLER_ANSWERS[key],
});

const stateOf = async (app: TestApp, id: string) => {
	const state = (await app.sessions.load(id as SessionId))?.state;
	if (!state) throw new Error("The session is not there.");
	return state;
};

const unrelated = "11111111-1111-4111-8111-111111111111";

describe("leaving other devices", () => {
	test("gives the session a new id, under which everything is as before", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.submit(id, "team", SAMPLER_ANSWERS.team);
		await app.submit(id, "dream", SAMPLER_ANSWERS.dream);
		await app.post("/api/v2/feedback/submit", { session_id: id, rating: 4, suggestions: "More." });
		const before = await stateOf(app, id);
		const feedback = await app.database.db.selectFrom("feedbacks").selectAll().execute();

		const reply = await leave(app, id);
		const present = (reply.body["session"] as { session_id: string }).session_id;
		expect(present).not.toBe(id);
		expect(reply.headers.get("set-cookie")).toContain(present);
		const after = await stateOf(app, present);
		expect(after).toEqual({ ...before, session_id: present, revision: before.revision + 1 });
		const now = await app.database.db.selectFrom("feedbacks").selectAll().execute();
		expect(now).toEqual(feedback.map((row) => ({ ...row, session_id: present })));
		expect((await app.submit(present, "energy", SAMPLER_ANSWERS.energy)).status).toBe(200);
		for (const read of READS.filter((_, i) => i < 4)) {
			expect(await read(app, present)).toMatchObject({ status: 200 });
		}
		const { rows } = await sql<object>`select * from session_former_ids`.execute(app.database.db);
		expect(JSON.stringify(rows)).not.toContain(id);
	});

	test("makes the former id show nothing: every request with it says where the student went, and no more", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.submit(id, "team", SAMPLER_ANSWERS.team);
		await left(app, id);
		const said = {
			type: "/docs#problem-session_moved",
			title: "Session continued elsewhere under another id",
			status: 409,
			detail:
				"This assessment was continued elsewhere, and this device was left. What it still had to send is taken in.",
			code: "session_moved",
		};
		const [validate, ...others] = await Promise.all(READS.map((read) => read(app, id)));
		const replies = [validate, ...others];
		const unknown = await Promise.all(READS.map((read) => read(app, unrelated)));
		for (const [i, reply] of replies.entries()) {
			const isValidate = JSON.stringify(unknown[i]).includes('"valid":false');
			expect(reply).toEqual(isValidate ? unknown[i] : { status: 409, body: said });
		}
		const [brings, asks, ...writes] = WRITES;
		for (const write of writes) {
			const { status, body } = await write(app, id);
			expect({ status, body }).toEqual({ status: 409, body: said });
		}
		for (const write of [brings, asks]) {
			const { status, body } = (await write?.(app, id)) ?? {};
			expect(status).toBe(200);
			expect(Object.keys(body ?? {}).sort()).toEqual(["moved", "results", "server_time"]);
		}
		const cookie = { Cookie: `carhythm_session=${id}` };
		expect((await app.get("/api/v2/session/current", cookie)).status).toBe(204);
	});

	test("is known to every endpoint that takes the id of a session", async () => {
		await using app = await anApp();
		const { body } = await app.get("/api/v2/openapi.json");
		const paths = Object.entries(body["paths"] as Record<string, Record<string, object>>);
		const tried = new Set<string>();
		const spy = {
			...app,
			get: async (path: string) => tried.add(path.replace(unrelated, "{session_id}")) && app.get(path),
			post: async (path: string, given?: unknown) =>
				tried.add(path.replace(unrelated, "{session_id}")) && app.post(path, given),
			submit: async () => tried.add("/api/v2/answers/submit") && app.get("/api/v2/health"),
		} as unknown as TestApp;
		for (const ask of [...READS, ...WRITES]) await ask(spy, unrelated);
		const withId = paths.filter(
			([path, methods]) =>
				path.includes("{session_id}") ||
				JSON.stringify(methods).match(/(Submit|StudentInfo|Resend|Feedback|Start)Request/),
		);
		expect([...tried].sort()).toEqual(withId.map(([path]) => path).sort());
	});

	test("costs an answer to a session that never moved no look at former ids", async () => {
		await using app = await anApp();
		const id = await app.start();
		await sql.raw("alter table session_former_ids rename to out_of_reach").execute(app.database.db);
		expect((await app.submit(id, "team", SAMPLER_ANSWERS.team)).status).toBe(200);
		expect((await sync(app, id, { command: answering(app, "energy") })).status).toBe(200);
		expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
		await sql.raw("alter table out_of_reach rename to session_former_ids").execute(app.database.db);
	});

	test("makes codes void, the one that was used included", async () => {
		await using app = await anApp();
		const id = await app.start();
		const codeOf = async () => (await app.post(`/api/v2/session/${id}/handoff`)).body["code"];
		const redeem = (code: unknown, operation_id = anOperationId()) =>
			app.post("/api/v2/session/handoff/redeem", { code, operation_id, label: "Phone" });
		const used = await codeOf();
		const operation_id = anOperationId();
		expect((await redeem(used, operation_id)).status).toBe(200);
		const unused = await codeOf();
		await left(app, id);
		expect((await redeem(used, operation_id)).status).toBe(404);
		expect((await redeem(unused)).status).toBe(404);
	});

	test("ends the repeats of the start, whose id the device that was left knows", async () => {
		await using app = await anApp();
		const operation_id = anOperationId();
		const first = await app.start();
		const fresh = { operation_id, replaces: first };
		const id = await app.start(fresh);
		expect(await app.start(fresh)).toBe(id);
		const present = await left(app, id);
		const again = await app.post("/api/v2/session/start", fresh);
		expect([again.status, again.body["code"]]).toEqual([409, "session_moved"]);
		// Nor does the session before it lead there.
		const other = await app.post("/api/v2/session/start", { replaces: first });
		expect([other.status, other.body["code"]]).toEqual([409, "session_moved"]);
		expect(JSON.stringify([again.body, other.body])).not.toContain(present);
	});

	test("ends the streams that are open under the former id", async () => {
		await using app = await anApp();
		const id = await app.start();
		const stream = await app.app.request(`/api/v2/session/${id}/events`);
		const reader = stream.body?.getReader();
		await reader?.read();
		await left(app, id);
		for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read());
		expect((await reader?.read())?.done).toBe(true);
		expect((await app.get(`/api/v2/session/${id}/events`)).status).toBe(409);
	});

	test("is refused after twenty times in a day, and possible again on the next", async () => {
		await using app = await anApp();
		let id = await app.start();
		for (let time = 0; time < 20; time += 1) id = await left(app, id);
		const refused = await leave(app, id);
		expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "86400"]);
		app.pass({ days: 1, seconds: 1 });
		await left(app, id);
	});

	test("is refused where another program's table names the session by its id", async () => {
		await using app = await anApp();
		const id = await app.start();
		await sql
			.raw("create table notes (session_id varchar(36) references student_responses (session_id))")
			.execute(app.database.db);
		await sql`insert into notes values (${id})`.execute(app.database.db);
		const { status, body } = await leave(app, id);
		expect([status, body["code"]]).toEqual([409, "session_not_movable"]);
		expect((await app.submit(id, "team", SAMPLER_ANSWERS.team)).status).toBe(200);
	});

	test("is refused for a session that is about to be erased", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.post(`/api/v2/session/${id}/erase`);
		expect((await leave(app, id)).body["code"]).toBe("session_to_be_erased");
	});
});

describe("a repeated request to leave other devices", () => {
	test("gets the same reply for a day, under the former id and under the new one", async () => {
		await using app = await anApp();
		const id = await app.start();
		const operation_id = anOperationId();
		const present = await left(app, id, { operation_id });
		expect(await left(app, id, { operation_id })).toBe(present);
		expect(await left(app, present, { operation_id })).toBe(present);
		expect((await leave(app, id)).body["code"]).toBe("session_moved");
		app.pass({ days: 1 });
		expect(await left(app, id, { operation_id })).toBe(present);
		app.pass({ seconds: 1 });
		expect((await leave(app, id, { operation_id })).body["code"]).toBe("session_moved");
	});

	test("is refused after a second move", async () => {
		await using app = await anApp();
		const id = await app.start();
		const operation_id = anOperationId();
		const second = await left(app, id, { operation_id });
		const third = await left(app, second);
		expect((await leave(app, id, { operation_id })).body["code"]).toBe("session_moved");
		expect((await leave(app, second, { operation_id })).body["code"]).toBe("session_moved");
		expect((await leave(app, third, { operation_id })).body["code"]).toBe("operation_mismatch");
	});

	test("is a mismatch when the id stands for something else", async () => {
		await using app = await anApp();
		const id = await app.start();
		const answer = { id: anOperationId(), command: answering(app, "team") };
		await sync(app, id, answer);
		expect((await leave(app, id, { operation_id: answer.id })).body["code"]).toBe("operation_mismatch");
	});
});

describe("what a left device had queued", () => {
	test("is taken in under the former id, in order by the times at which it was done", async () => {
		await using app = await anApp();
		const id = await app.start();
		const early = app.now();
		app.pass({ seconds: 60 });
		const between = app.now();
		app.pass({ seconds: 60 });
		const present = await left(app, id);
		await sync(app, present, { command: answering(app, "team") });
		app.pass({ seconds: 60 });
		const draft = { kind: "draft", question_id: app.question("dream"), draft: SAMPLER_ANSWERS.dream };
		const older = { ...answering(app, "team"), answer: { type: "slider", value: 1 } };
		const ids = [anOperationId(), anOperationId(), anOperationId()] as const;
		const { status, body } = await sync(
			app,
			id,
			{ id: ids[0], command: older, client_time: early },
			{ id: ids[1], command: answering(app, "energy"), client_time: between },
			{ id: ids[2], command: draft, client_time: between },
		);
		expect({ status, body }).toEqual({
			status: 200,
			body: {
				server_time: app.now(),
				moved: true,
				results: ids.map((operation_id) => ({ status: "taken_in", operation_id })),
			},
		});
		const state = await stateOf(app, present);
		expect(state.answers[app.question("team")]?.answer).toEqual(SAMPLER_ANSWERS.team);
		expect(state.answers[app.question("energy")]).toMatchObject({
			answer: SAMPLER_ANSWERS.energy,
			at: between,
		});
		expect(state.drafts[app.question("dream")]?.draft).toEqual(SAMPLER_ANSWERS.dream);
		// Repeated, it has no second effect.
		const { revision } = state;
		await sync(app, id, { id: ids[1], command: answering(app, "energy"), client_time: between });
		expect((await stateOf(app, present)).revision).toBe(revision);
	});

	test("neither takes the session over nor ends it", async () => {
		await using app = await anApp();
		const id = await app.start();
		const present = await left(app, id);
		const hold = { kind: "hold", device_id: anOperationId(), label: "Borrowed" };
		const { body } = await sync(
			app,
			id,
			{ command: hold },
			{ command: answering(app, "team") },
			{ command: { kind: "complete" } },
			{ command: { ...answering(app, "team"), answer: { type: "slider", value: 99 } } },
		);
		expect(body["results"]).toMatchObject([
			{ status: "refused", code: "session_moved" },
			{ status: "taken_in" },
			{ status: "refused", code: "session_moved" },
			{ status: "refused", code: "answer_out_of_range" },
		]);
		expect(await stateOf(app, present)).toMatchObject({ status: "active", holder: null, answered: 1 });
	});

	test("is told of a session that has ended, is erased or is full no otherwise than of one that goes on", async () => {
		await using app = await anApp({
			bounds: { session_events: 5, session_value_kib: 8192, session_devices: 20 },
		});
		const [active, done, full, erased] = await Promise.all([
			app.start(),
			app.start(),
			app.start(),
			app.start(),
		]);
		const ids = { active, done, full, erased };
		const present = Object.fromEntries(
			await Promise.all(Object.entries(ids).map(async ([name, id]) => [name, await left(app, id)])),
		) as typeof ids;
		await app.post(`/api/v2/session/${present.done}/complete`);
		const shape = async (id: string) => {
			const { status, body } = await sync(app, id, { command: answering(app, "team") });
			const [{ operation_id: _, ...result } = {}] = (body["results"] as Record<string, unknown>[]) ?? [{}];
			return [status, Object.keys(body).sort(), result];
		};
		const usual = await shape(active);
		expect(usual).toEqual([200, ["moved", "results", "server_time"], { status: "taken_in" }]);
		expect(await shape(done)).toEqual(usual);
		expect((await app.sessions.load(present.done as SessionId))?.state.answered).toBe(0);
		for (const value of [10, 20, 30]) {
			await app.submit(present.full, "energy", { type: "slider", value });
		}
		const { body } = await sync(app, full, { command: answering(app, "team") });
		expect(body).toMatchObject({ moved: true, results: [{ status: "refused", code: "session_moved" }] });
		await app.post(`/api/v2/session/${present.erased}/erase`);
		const refused = await sync(app, erased, { command: answering(app, "team") });
		expect([refused.status, refused.body["code"]]).toEqual([409, "session_moved"]);
	});

	test("arrives although the session moves, once or twice, between the arrival of its batch and the commit", async () => {
		const moves: (() => Promise<unknown>)[] = [];
		await using app = await anApp({
			breakStore: (store) => ({
				...store,
				sessions: {
					...store.sessions,
					async operate(batch) {
						await moves.shift()?.();
						return store.sessions.operate(batch);
					},
				},
			}),
		});
		const id = await app.start();
		let present = id;
		moves.push(async () => {
			present = await left(app, id);
		});
		const once = await sync(app, id, { command: answering(app, "team") });
		expect(once.body).toMatchObject({ moved: true, results: [{ status: "taken_in" }] });
		const twice = present;
		moves.push(async () => {
			present = await left(app, await left(app, twice));
		});
		const again = await sync(app, twice, { command: answering(app, "energy") });
		expect(again.body).toMatchObject({ moved: true, results: [{ status: "taken_in" }] });
		expect((await stateOf(app, present)).answered).toBe(2);
	});

	test("ends with the session's secret", async () => {
		await using app = await anApp();
		const id = await app.start();
		const present = await left(app, id);
		await app.post(`/api/v2/session/${present}/complete`);
		app.pass({ days: 90 });
		expect((await sync(app, id, { command: answering(app, "team") })).status).toBe(200);
		expect((await app.get(`/api/v2/session/${id}`)).status).toBe(409);
		app.pass({ seconds: 1 });
		expect((await sync(app, id, { command: answering(app, "team") })).status).toBe(404);
		expect((await app.get(`/api/v2/session/${id}`)).status).toBe(404);
		expect((await leave(app, id)).status).toBe(404);
	});
});
