import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const statusOf = async (app: Awaited<ReturnType<typeof anApp>>, id: string) =>
	(await app.get(`/api/v2/session/${id}`)).body;

describe("abandon", () => {
	test("says the same when it is asked again, and refuses answers afterwards", async () => {
		await using app = await anApp();
		const id = await app.start();
		const first = await app.post(`/api/v2/session/${id}/abandon`);
		expect([first.status, first.body["success"]]).toEqual([200, true]);
		expect((await app.post(`/api/v2/session/${id}/abandon`, {})).body).toEqual(first.body);
		const refused = await app.submit(id, "team", SAMPLER_ANSWERS.team);
		expect([refused.status, refused.body["code"]]).toEqual([409, "session_abandoned"]);
		expect(await statusOf(app, id)).toMatchObject({
			session: { status: "user_abandoned_not_completed", answered: 0 },
			restorable_until: "2026-03-08T08:00:00.000Z",
		});
	});

	test("of a completed session is 409", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.post(`/api/v2/session/${id}/complete`);
		const reply = await app.post(`/api/v2/session/${id}/abandon`);
		expect([reply.status, reply.body["code"]]).toEqual([409, "session_completed"]);
	});

	test("speaks the student's language", async () => {
		await using app = await anApp();
		const id = await app.start({ language: "ar" });
		const { body } = await app.post(`/api/v2/session/${id}/abandon`);
		expect(body["message"]).toMatch(/[\u0600-\u06ff]/);
	});
});

describe("complete", () => {
	test("needs no personal data, counts once and keeps what was answered", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.submit(id, "team", SAMPLER_ANSWERS.team);
		const operation_id = anOperationId();
		const first = await app.post(`/api/v2/session/${id}/complete`, { operation_id });
		expect(first.body).toMatchObject({
			success: true,
			session: { status: "completed", resumable: false, progress: { questions_answered: 1 } },
		});
		expect((await app.post(`/api/v2/session/${id}/complete`, { operation_id })).body).toEqual(first.body);
		const refused = await app.submit(id, "energy", SAMPLER_ANSWERS.energy);
		expect([refused.status, refused.body["code"]]).toEqual([409, "session_completed"]);
	});

	test("by the id of one that came late is no success", async () => {
		await using app = await anApp();
		const old = await app.start();
		await app.start({ replaces: old });
		const operation_id = anOperationId();
		const operation = { operation_id, client_time: app.now(), command: { kind: "complete" } };
		const synced = await app.post(`/api/v2/session/${old}/sync`, {
			sent_at: app.now(),
			operations: [operation],
		});
		expect(synced.body["results"]).toMatchObject([{ status: "late", code: "session_abandoned" }]);
		const reply = await app.post(`/api/v2/session/${old}/complete`, { operation_id });
		expect([reply.status, reply.body["code"]]).toEqual([422, "operation_mismatch"]);
	});

	test("is 409 for a session that is set aside or expired", async () => {
		await using app = await anApp();
		const aside = await app.start();
		await app.post(`/api/v2/session/${aside}/abandon`);
		expect((await app.post(`/api/v2/session/${aside}/complete`)).body["code"]).toBe("session_abandoned");
		const forgotten = await app.start();
		app.pass({ days: 31 });
		expect((await app.post(`/api/v2/session/${forgotten}/complete`)).body["code"]).toBe("session_expired");
	});
});

describe("restore", () => {
	test("swaps the session with the one begun in its place, and applies what came late", async () => {
		await using app = await anApp();
		const old = await app.start();
		await app.submit(old, "team", SAMPLER_ANSWERS.team);
		const fresh = await app.start({ replaces: old });
		const late = await app.post(`/api/v2/session/${old}/sync`, {
			sent_at: app.now(),
			operations: [
				{
					operation_id: anOperationId(),
					client_time: app.now(),
					command: { kind: "answer", question_id: app.question("energy"), answer: SAMPLER_ANSWERS.energy },
				},
			],
		});
		expect(late.body).toMatchObject({ results: [{ status: "late", code: "session_abandoned" }] });
		const { body } = await app.post(`/api/v2/session/${old}/restore`, { operation_id: anOperationId() });
		expect(body).toMatchObject({ session: { status: "active", progress: { questions_answered: 2 } } });
		expect(await statusOf(app, fresh)).toMatchObject({ session: { status: "user_abandoned_not_completed" } });
	});

	const answeringTeam = (
		app: { question: (key: "team") => number },
		value: number,
		client_time: string,
		after: string | null,
	) => ({
		operation_id: anOperationId(),
		client_time,
		command: { kind: "answer", question_id: app.question("team"), answer: { type: "slider", value } },
		after,
	});

	test("of two answers that came late the one that was given with the other in view stands", async () => {
		await using app = await anApp();
		const old = await app.start();
		await app.start({ replaces: old });
		app.pass({ seconds: 60 });
		const given = app.now();
		const first = answeringTeam(app, 2, given, null);
		const second = answeringTeam(app, 5, given.replace(/.{4}Z$/, ".999Z"), first.operation_id);
		// The first is half a minute under way, which the server takes for half a minute later; the second is not.
		app.pass({ seconds: 30 });
		await app.post(`/api/v2/session/${old}/sync`, { sent_at: given, operations: [first] });
		await app.post(`/api/v2/session/${old}/sync`, { sent_at: app.now(), operations: [second] });
		await app.post(`/api/v2/session/${old}/restore`, { operation_id: anOperationId() });
		const { body } = await app.get(`/api/v2/session/${old}`);
		expect(body).toMatchObject({
			session: { answers: { [app.question("team")]: { answer: { type: "slider", value: 5 } } } },
		});
	});

	test("tells of an answer that came late and was given without seeing the one that stood", async () => {
		await using app = await anApp();
		const old = await app.start();
		const send = (operation: { operation_id: string }) =>
			app.post(`/api/v2/session/${old}/sync`, { sent_at: app.now(), operations: [operation] });
		const answer = async () => {
			const { body } = await app.get(`/api/v2/session/${old}`);
			return (body as { session: { answers: object } }).session.answers[app.question("team") as never];
		};
		const stood = answeringTeam(app, 2, app.now(), null);
		await send(stood);
		await app.start({ replaces: old });
		app.pass({ seconds: 60 });
		const unaware = answeringTeam(app, 5, app.now(), null);
		await send(unaware);
		await app.post(`/api/v2/session/${old}/restore`, { operation_id: anOperationId() });
		expect(await answer()).toMatchObject({
			answer: { type: "slider", value: 5 },
			other: { type: "slider", value: 2 },
		});
		// Still known by its id, with the reply of then.
		expect((await send(unaware)).body["results"]).toMatchObject([{ status: "late" }]);
		app.pass({ seconds: 60 });
		await send(answeringTeam(app, 3, app.now(), unaware.operation_id));
		const settled = await answer();
		expect(settled).toMatchObject({ answer: { type: "slider", value: 3 } });
		expect(settled).not.toHaveProperty("other");
	});

	test("tells of it as well when the late answer was changed once more before it came", async () => {
		await using app = await anApp();
		const old = await app.start();
		const stood = answeringTeam(app, 2, app.now(), null);
		await app.post(`/api/v2/session/${old}/sync`, { sent_at: app.now(), operations: [stood] });
		await app.start({ replaces: old });
		app.pass({ seconds: 60 });
		const first = answeringTeam(app, 5, app.now(), null);
		app.pass({ seconds: 1 });
		const second = answeringTeam(app, 4, app.now(), first.operation_id);
		await app.post(`/api/v2/session/${old}/sync`, { sent_at: app.now(), operations: [first, second] });
		await app.post(`/api/v2/session/${old}/restore`, { operation_id: anOperationId() });
		const { body } = await app.get(`/api/v2/session/${old}`);
		expect(body).toMatchObject({
			session: {
				answers: {
					[app.question("team")]: {
						answer: { type: "slider", value: 4 },
						other: { type: "slider", value: 2 },
					},
				},
			},
		});
	});

	test("of a session that has expired is 409 and changes nothing, until an answer that was given in time renews it", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		const given = app.now();
		app.pass({ days: 40 });
		const { body: before } = await app.get(`/api/v2/session/${session_id}`);
		const restored = await app.post(`/api/v2/session/${session_id}/restore`);
		expect(restored).toMatchObject({ status: 409, body: { code: "session_expired" } });
		expect((await app.get(`/api/v2/session/${session_id}`)).body).toEqual(before);
		const sent = await app.post(`/api/v2/session/${session_id}/sync`, {
			sent_at: app.now(),
			operations: [answeringTeam(app, 4, given, null)],
		});
		expect(sent.body).toMatchObject({
			results: [{ status: "applied" }],
			session: { resumable: true, progress: { questions_answered: 1 } },
		});
		expect((await app.post(`/api/v2/session/${session_id}/restore`)).status).toBe(200);
	});

	test("is 409 when its time is over, and for a completed session", async () => {
		await using app = await anApp();
		const old = await app.start();
		await app.start({ replaces: old });
		app.pass({ days: 8 });
		expect((await app.post(`/api/v2/session/${old}/restore`)).body["code"]).toBe("session_not_restorable");
		const done = await app.start();
		await app.post(`/api/v2/session/${done}/complete`);
		expect((await app.post(`/api/v2/session/${done}/restore`)).status).toBe(409);
	});
});

test("an operation id that is no UUID is refused, and one spent on something else too", async () => {
	await using app = await anApp();
	const id = await app.start();
	for (const change of ["abandon", "complete", "restore"]) {
		const reply = await app.post(`/api/v2/session/${id}/${change}`, { operation_id: "7" });
		expect([change, reply.status, reply.body["errors"]]).toEqual([
			change,
			422,
			[{ pointer: "/operation_id", detail: "must be a UUID" }],
		]);
	}
	const submission_id = anOperationId();
	await app.submit(id, "team", SAMPLER_ANSWERS.team, { submission_id });
	const reply = await app.post(`/api/v2/session/${id}/complete`, { operation_id: submission_id });
	expect([reply.status, reply.body["code"]]).toEqual([422, "operation_mismatch"]);
});
