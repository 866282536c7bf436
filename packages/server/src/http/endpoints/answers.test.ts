import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

describe("submit", () => {
	test("stores an answer of each type and tells XP, badges and progress", async () => {
		await using app = await anApp();
		const id = await app.start();
		const first = await app.submit(id, "team", SAMPLER_ANSWERS.team);
		expect(first.body).toEqual({
			success: true,
			xp_gained: 10,
			total_xp: 10,
			badges_unlocked: ["first_answer"],
			progress: { questions_answered: 1, total_questions: 5, percentage: 20 },
		});
		for (const key of ["energy", "learn-by", "matters", "dream"] as const) {
			expect((await app.submit(id, key, SAMPLER_ANSWERS[key])).status).toBe(200);
		}
		const { body } = await app.get(`/api/v2/session/${id}`);
		expect(body["progress"]).toEqual({
			questions_answered: 5,
			total_questions: 5,
			percentage: 100,
			total_xp: 50,
		});
	});

	test("takes a changed answer, in Arabic too, keeps the count and gains nothing", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.submit(id, "matters", SAMPLER_ANSWERS.matters);
		const ordered_items = ["وقت فراغ", "التعلم", "أجر عادل", "زملاء طيبون"];
		const changed = await app.submit(id, "matters", { type: "ordering", ordered_items });
		expect(changed.body).toMatchObject({ xp_gained: 0, total_xp: 10, progress: { questions_answered: 1 } });
		const { body } = await app.get(`/api/v2/session/${id}`);
		expect(body).toMatchObject({
			session: { answers: { [app.question("matters")]: { answer: { ordered_items } } } },
		});
	});

	test("replays the first reply for the same submission id, and refuses the id for another body", async () => {
		await using app = await anApp();
		const id = await app.start();
		const submission_id = anOperationId();
		const first = await app.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id });
		await app.submit(id, "energy", SAMPLER_ANSWERS.energy);
		const again = await app.submit(id, "team", SAMPLER_ANSWERS.team, {
			submission_id: submission_id.toUpperCase(),
		});
		expect(again.body).toEqual(first.body);
		const mutated = await app.submit(id, "team", { type: "slider", value: 1 }, { submission_id });
		expect([mutated.status, mutated.body["code"]]).toEqual([422, "operation_mismatch"]);
	});

	test("refuses the id of an operation that came late", async () => {
		await using app = await anApp();
		const old = await app.start();
		await app.start({ replaces: old });
		const operation = answering(app, "team", SAMPLER_ANSWERS.team);
		await sync(app, old, [operation]);
		const reply = await app.submit(old, "team", SAMPLER_ANSWERS.team, {
			submission_id: operation.operation_id,
		});
		expect(reply.status).toBe(422);
	});

	test("tells where in the body each mistake is", async () => {
		await using app = await anApp();
		const id = await app.start();
		const { body } = await app.submit(id, "team", { type: "slider", value: "4" });
		expect(body["errors"]).toEqual([{ pointer: "/answer/value", detail: "must be a number" }]);
	});

	test("refuses what is not a number in JSON's sense, or too large for one", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		const body = (question_id: string, value: string) =>
			`{"session_id":"${session_id}","question_id":${question_id},"answer":{"type":"slider","value":${value}}}`;
		const question = String(app.question("team"));
		for (const [text, status] of [
			[body(question, "1e400"), 422],
			[body(question, "NaN"), 400],
			[body("9007199254740993", "4"), 422],
			[body("1.5", "4"), 422],
			[body(`"${question}"`, "4"), 422],
			[body("-1", "4"), 404],
			[body("999999", "4"), 404],
			[body(question, "4.0"), 200],
			[body(question, "0.4e1"), 200],
		] as const) {
			expect([text, (await app.post("/api/v2/answers/submit", text)).status]).toEqual([text, status]);
		}
	});

	test("is 404 for an unknown or malformed session", async () => {
		await using app = await anApp();
		for (const id of ["", "test-123", "11111111-1111-4111-8111-111111111111"]) {
			expect((await app.submit(id, "team", SAMPLER_ANSWERS.team)).body["code"]).toBe("session_not_found");
		}
	});
});

describe("an answer that does not fit", () => {
	let app: TestApp;
	beforeAll(async () => {
		app = await anApp();
	});
	afterAll(() => app[Symbol.asyncDispose]());

	test.each([
		["team", { type: "slider", value: 99999 }, "answer_out_of_range"],
		["team", { type: "slider", value: 2.5 }, "answer_off_step"],
		["team", { type: "essay", text: "4" }, "answer_wrong_type"],
		["team", { type: "slider", value: "4" }, "invalid_body"],
		["team", { type: "slider", value: null }, "invalid_body"],
		["team", { type: "rating", value: 4 }, "invalid_body"],
		["team", { value: 4 }, "invalid_body"],
		["team", "text", "invalid_body"],
		["team", null, "invalid_body"],
		["team", [], "invalid_body"],
		["learn-by", { type: "mcq", selected_options: [] }, "answer_empty"],
		["learn-by", { type: "mcq", selected_options: ["sleeping"] }, "answer_unknown_option"],
		["learn-by", { type: "mcq", selected_options: ["__proto__"] }, "answer_unknown_option"],
		["learn-by", { type: "mcq", selected_options: ["reading", "reading"] }, "answer_repeated_option"],
		["learn-by", { type: "mcq", selected_options: Array(501).fill("reading") }, "invalid_body"],
		["learn-by", { type: "mcq", selected_options: "reading" }, "invalid_body"],
		["matters", { type: "ordering", ordered_items: ["Learning"] }, "answer_not_a_permutation"],
		["matters", { type: "ordering", ordered_items: Array(4).fill("Learning") }, "answer_not_a_permutation"],
		["dream", { type: "essay", text: "x".repeat(301) }, "answer_too_long"],
		["dream", { type: "essay", text: "👩‍🚀".repeat(101) }, "answer_too_long"],
		["dream", { type: "essay", text: " \n\u00a0" }, "answer_empty"],
		["dream", { type: "essay", text: "a\u0000b" }, "invalid_body"],
		["dream", { type: "essay", text: "\ud800" }, "invalid_body"],
	])("for %s such as %j is refused as %s", async (key, answer, code) => {
		const id = await app.start();
		const reply = await app.submit(id, key, answer);
		expect([reply.status, reply.body["code"]]).toEqual([422, code]);
		expect(reply.body["detail"]).toMatch(/^[A-Z].*\.$/);
		expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({
			session: { answered: 0, revision: 1 },
		});
	});
});

describe("sync", () => {
	test("gives one result for each operation, in order, and no broken one holds up another", async () => {
		await using app = await anApp();
		const id = await app.start();
		const good = answering(app, "team", SAMPLER_ANSWERS.team);
		const refused = answering(app, "energy", { type: "slider", value: 7 });
		const broken = { ...answering(app, "energy", { type: "slider" }), client_time: "yesterday" };
		const { body } = await sync(app, id, [broken, good, null, refused, { operation_id: 7 }, good]);
		const accepted = {
			status: "applied",
			operation_id: good.operation_id,
			revision: 2,
			xp_gained: 10,
			badges_unlocked: ["first_answer"],
		};
		expect(body["results"]).toMatchObject([
			{ status: "refused", operation_id: broken.operation_id, code: "invalid_operation" },
			accepted,
			{ status: "refused", operation_id: null, code: "invalid_operation" },
			{ status: "refused", operation_id: refused.operation_id, code: "answer_off_step" },
			{ status: "refused", operation_id: null, code: "invalid_operation" },
			accepted,
		]);
		expect(body).toMatchObject({ session: { revision: 2, progress: { questions_answered: 1 } } });
	});

	test("replays its results to a retry", async () => {
		await using app = await anApp();
		const id = await app.start();
		const operations = [
			answering(app, "team", SAMPLER_ANSWERS.team),
			answering(app, "dream", SAMPLER_ANSWERS.dream),
		];
		const first = await sync(app, id, operations);
		const again = await sync(app, id, operations);
		expect(again.body["results"]).toEqual(first.body["results"]);
		expect(again.body["session"]).toEqual(first.body["session"]);
	});

	test("keeps drafts and the place, and completes after the queued answers", async () => {
		await using app = await anApp();
		const id = await app.start();
		const question_id = app.question("dream");
		await sync(app, id, [
			{ ...answering(app, "team", SAMPLER_ANSWERS.team) },
			operation(app, { kind: "draft", question_id, draft: { type: "essay", text: "In the mou" } }),
			operation(app, { kind: "move", question_id, language: "ar" }),
		]);
		expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({
			session: {
				language: "ar",
				place: { question_id },
				drafts: { [question_id]: { draft: { text: "In the mou" } } },
			},
		});
		const done = await sync(app, id, [
			operation(app, { kind: "clear", question_id: app.question("team") }),
			operation(app, { kind: "complete" }),
		]);
		expect(done.body).toMatchObject({
			results: [{ status: "applied" }, { status: "applied" }],
			session: { status: "completed", progress: { questions_answered: 0, total_xp: 10 } },
		});
		expect((await app.get(`/api/v2/scores/${id}`)).status).toBe(200);
	});

	test("of nothing is nothing; of more than 200, or without a time, is refused", async () => {
		await using app = await anApp();
		const id = await app.start();
		expect((await sync(app, id, [])).body["results"]).toEqual([]);
		const many = Array.from({ length: 201 }, () => answering(app, "team", SAMPLER_ANSWERS.team));
		expect((await sync(app, id, many)).status).toBe(422);
		expect((await sync(app, id, many.slice(1))).status).toBe(200);
		for (const body of [
			{},
			{ operations: [] },
			{ sent_at: "2026-02-30T00:00:00.000Z", operations: [] },
			{ sent_at: 7, operations: [] },
			{ sent_at: app.now(), operations: {} },
		]) {
			expect((await app.post(`/api/v2/session/${id}/sync`, body)).status).toBe(422);
		}
	});

	test("is 404 for an unknown session, also with nothing to say", async () => {
		await using app = await anApp();
		const unknown = "11111111-1111-4111-8111-111111111111";
		for (const operations of [[], [answering(app, "team", SAMPLER_ANSWERS.team)]]) {
			expect((await sync(app, unknown, operations)).status).toBe(404);
			expect((await sync(app, "test-123", operations)).status).toBe(404);
		}
	});
});

test("two devices that answer at once both win", async () => {
	await using app = await anApp();
	const id = await app.start();
	const keys = ["team", "energy", "learn-by", "matters", "dream"] as const;
	await Promise.all([
		...keys.map((key) => app.submit(id, key, SAMPLER_ANSWERS[key])),
		...keys.map((key) => sync(app, id, [answering(app, key, SAMPLER_ANSWERS[key])])),
	]);
	const { body } = await app.get(`/api/v2/session/${id}`);
	expect(body).toMatchObject({ session: { answered: 5, ever_answered: 5, revision: 11 } });
});

describe("answers to one question on two devices", () => {
	const slider = (value: number) => ({ type: "slider", value });

	test("an answer is later than the one that the student saw, however slow the other's request was", async () => {
		await using app = await anApp();
		const id = await app.start();
		app.pass({ seconds: 60 });
		// Half a minute under way, which the server takes for half a minute later.
		const first = answering(app, "team", slider(3));
		app.pass({ seconds: 30 });
		const slow = await app.post(`/api/v2/session/${id}/sync`, {
			sent_at: first.client_time,
			operations: [{ ...first, after: null }],
		});
		expect(slow.body["results"]).toMatchObject([{ status: "applied" }]);
		const second = { ...answering(app, "team", slider(4)), client_time: secondsAfter(first.client_time, 1) };
		const lost = await sync(app, id, [second]);
		expect(lost.body["results"]).toMatchObject([{ status: "superseded" }]);
		const third = { ...second, operation_id: anOperationId(), after: first.operation_id };
		const { body } = await sync(app, id, [third]);
		expect(body["results"]).toMatchObject([{ status: "applied" }]);
		expect(body["results"]).not.toMatchObject([{ conflict: expect.anything() }]);
		expect(await answerOn(app, id)).toMatchObject({ answer: slider(4), operation_id: third.operation_id });
	});

	test("both are kept and told, whichever stands, until the student settles it", async () => {
		await using app = await anApp();
		const id = await app.start();
		app.pass({ seconds: 60 });
		const offline = { ...answering(app, "team", slider(2)), after: null };
		app.pass({ seconds: 60 });
		const online = { ...answering(app, "team", slider(5)), after: null };
		await sync(app, id, [online]);
		expect(await answerOn(app, id)).not.toHaveProperty("other");

		const came = await sync(app, id, [offline]);
		expect(came.body["results"]).toMatchObject([{ status: "superseded", conflict: online.operation_id }]);
		expect(await answerOn(app, id)).toMatchObject({ answer: slider(5), other: slider(2) });
		app.pass({ seconds: 1 });
		const unaware = { ...operation(app, { kind: "clear", question_id: app.question("team") }), after: null };
		const cleared = await sync(app, id, [unaware]);
		expect(cleared.body["results"]).toMatchObject([{ status: "applied", conflict: online.operation_id }]);
		expect(await answerOn(app, id)).toMatchObject({ answer: null, other: slider(5) });
		// Sent again, it has the same result and no second effect.
		expect((await sync(app, id, [unaware])).body["results"]).toEqual(cleared.body["results"]);

		app.pass({ seconds: 1 });
		const settled = { ...answering(app, "team", slider(5)), after: unaware.operation_id };
		expect((await sync(app, id, [settled])).body["results"]).toMatchObject([{ status: "applied" }]);
		expect(await answerOn(app, id)).toMatchObject({ answer: slider(5) });
		expect(await answerOn(app, id)).not.toHaveProperty("other");
	});

	test("a device that changed its mind before it could hear of the other's answer is told of it as well", async () => {
		await using app = await anApp();
		const id = await app.start();
		app.pass({ seconds: 60 });
		const elsewhere = { ...answering(app, "team", slider(5)), after: null };
		await sync(app, id, [elsewhere]);
		app.pass({ seconds: 60 });
		const first = { ...answering(app, "team", slider(1)), after: null };
		app.pass({ seconds: 1 });
		const second = { ...answering(app, "team", slider(2)), after: first.operation_id };
		app.pass({ seconds: 1 });
		const third = { ...answering(app, "team", slider(3)), after: second.operation_id };
		app.pass({ seconds: 60 });
		const { body } = await sync(app, id, [first, second]);
		const { operation_id: conflict } = elsewhere;
		expect(body["results"]).toMatchObject([
			{ status: "applied", conflict },
			{ status: "applied", conflict },
		]);
		expect(await answerOn(app, id)).toMatchObject({ answer: slider(2), other: slider(5) });
		// Made before the reply to the second, sent after it.
		expect((await sync(app, id, [third])).body["results"]).toMatchObject([{ status: "applied", conflict }]);
		expect(await answerOn(app, id)).toMatchObject({ answer: slider(3), other: slider(5) });

		app.pass({ seconds: 1 });
		const settled = { ...answering(app, "team", slider(4)), after: third.operation_id };
		expect((await sync(app, id, [settled])).body["results"]).not.toMatchObject([{ conflict }]);
		expect(await answerOn(app, id)).not.toHaveProperty("other");
	});

	test("who comes to the other's answer by themselves has nothing to choose", async () => {
		await using app = await anApp();
		const id = await app.start();
		app.pass({ seconds: 60 });
		await sync(app, id, [{ ...answering(app, "team", slider(5)), after: null }]);
		app.pass({ seconds: 60 });
		const first = { ...answering(app, "team", slider(1)), after: null };
		app.pass({ seconds: 1 });
		const second = { ...answering(app, "team", slider(5)), after: first.operation_id };
		app.pass({ seconds: 1 });
		await sync(app, id, [first, second]);
		expect(await answerOn(app, id)).toMatchObject({ answer: slider(5) });
		expect(await answerOn(app, id)).not.toHaveProperty("other");
	});

	test("that are the same are no conflict, nor are those of a client that does not tell what it saw", async () => {
		await using app = await anApp();
		const id = await app.start();
		await sync(app, id, [{ ...answering(app, "team", slider(2)), after: null }]);
		const { body } = await sync(app, id, [
			{ ...answering(app, "team", slider(2)), after: null },
			answering(app, "team", slider(3)),
		]);
		for (const result of body["results"] as object[]) expect(result).not.toHaveProperty("conflict");
		expect(await answerOn(app, id)).not.toHaveProperty("other");
	});

	async function answerOn(app: TestApp, id: string): Promise<unknown> {
		const { body } = await app.get(`/api/v2/session/${id}`);
		const { answers } = body["session"] as { answers: Record<string, unknown> };
		return answers[app.question("team")];
	}
});

function secondsAfter(instant: string, seconds: number): string {
	return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

function operation(app: TestApp, command: Record<string, unknown>) {
	return { operation_id: anOperationId(), client_time: app.now(), command };
}

function answering(app: TestApp, key: string, answer: unknown) {
	return operation(app, { kind: "answer", question_id: app.question(key), answer });
}

function sync(app: TestApp, id: string, operations: unknown[]) {
	return app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations });
}
