import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const answer = SAMPLER_ANSWERS.team;

test("a mistyped field of a start is refused with its name, and nothing is started or set aside", async () => {
	await using app = await anApp();
	const id = await app.start();
	for (const body of [{ replace: id }, { assessment_key: "sampler" }, { lang: "ar" }, { __proto__x: 1 }]) {
		const [name = ""] = Object.keys(body);
		const reply = await app.post("/api/v2/session/start", body);
		expect([reply.status, reply.body["code"]]).toEqual([422, "invalid_body"]);
		expect(reply.body["errors"]).toMatchObject([{ pointer: `/${name}` }]);
		expect(reply.body["detail"]).toBe(
			`Please check “${name}”: is not a field of this request, which takes operation_id, assessment, replaces, language, shared, consent.`,
		);
	}
	const rows = await app.database.db.selectFrom("student_responses").select("status").execute();
	expect(rows).toEqual([{ status: "active" }]);
});

test("what existing clients send to begin a session is taken", async () => {
	await using app = await anApp();
	const student = {
		email: "a@school.example",
		full_name: "A",
		age_group: "18-24",
		country: "Egypt",
		origin_country: "Egypt",
	};
	for (const body of [undefined, {}, student]) {
		expect((await app.post("/api/v2/session/start", body)).status).toBe(200);
	}
});

test("every request that changes something refuses a field that it does not know", async () => {
	await using app = await anApp();
	const id = await app.start();
	const person = {
		email: "a@school.example",
		full_name: "A",
		age_group: "18",
		country: "x",
		origin_country: "x",
	};
	const requests: [string, Record<string, unknown>][] = [
		["/api/v2/answers/submit", { session_id: id, question_id: app.question("team"), answer }],
		["/api/v2/student/info", { session_id: id, ...person }],
		["/api/v2/resend-results", { session_id: id }],
		["/api/v2/feedback/submit", { session_id: id, rating: 5 }],
		["/api/v2/session/handoff/redeem", { code: "7GK-2M9-XQ4" }],
		[`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: [] }],
		...["abandon", "complete", "restore", "handoff"].map((change): [string, Record<string, unknown>] => [
			`/api/v2/session/${id}/${change}`,
			{},
		]),
	];
	for (const [path, body] of requests) {
		const reply = await app.post(path, { ...body, operationId: anOperationId() });
		expect([path, reply.status, reply.body["errors"]]).toMatchObject([
			path,
			422,
			[{ pointer: "/operationId" }],
		]);
	}
	const inside = { session_id: id, question_id: app.question("team"), answer: { ...answer, vaule: 1 } };
	expect((await app.post("/api/v2/answers/submit", inside)).body).toMatchObject({
		detail: "Please check “answer.vaule”: is not a field that is known here.",
		errors: [{ pointer: "/answer/vaule" }],
	});
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({
		session: { revision: 1, status: "active" },
	});
});

test("an operation of a sync with a field that is not known is refused alone; a page that asks for it has the field ignored", async () => {
	await using app = await anApp();
	const id = await app.start();
	const operation = (key: "team" | "energy", more: object) => ({
		operation_id: anOperationId(),
		client_time: app.now(),
		command: { kind: "answer", question_id: app.question(key), answer: SAMPLER_ANSWERS[key] },
		...more,
	});
	const operations = [operation("team", {}), operation("energy", { aftr: null })];
	const path = `/api/v2/session/${id}/sync`;
	const strict = await app.post(path, { sent_at: app.now(), operations });
	expect(strict.body["results"]).toMatchObject([
		{ status: "applied" },
		{
			status: "refused",
			code: "invalid_operation",
			detail: "Please check “aftr”: is not a field that is known here.",
		},
	]);

	// A page that is newer than the server, or finds in its outbox what a newer page has left there.
	const newer = { sent_at: app.now(), ignore_unknown: true, weather: "fine", operations };
	const reply = await app.post(path, newer);
	expect(reply.body["results"]).toMatchObject([{ status: "applied" }, { status: "applied" }]);
	expect(reply.body["session"]).toMatchObject({ progress: { questions_answered: 2 } });
});

test("the document says of every request that it takes no other fields", async () => {
	await using app = await anApp();
	const { components } = (await app.get("/api/v2/openapi.json")).body as {
		components: { schemas: Record<string, { additionalProperties?: boolean; properties: object }> };
	};
	for (const name of Object.keys(components.schemas).filter((one) => one.endsWith("Request"))) {
		expect([name, components.schemas[name]?.additionalProperties]).toEqual([name, false]);
	}
	expect(components.schemas["StartRequest"]?.properties).toMatchObject({ email: { deprecated: true } });
});
