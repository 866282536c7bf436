import { afterAll, beforeAll, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

// What people write comes back as they wrote it, whichever database kept it.

let app: TestApp;
beforeAll(async () => {
	app = await anApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const TEXTS = {
	"line ends of every kind": "One\r\ntwo\nthree\rfour\u2028five\r\n\r\nsix",
	"combining characters, not composed": "e\u0301 n\u0303 a\u0323\u0302 \u1100\u1161\u11a8",
	"the same, composed": "\u00e9 \u00f1 \u1ead \uac01",
	"from right to left, with vowels and marks of direction":
		"عَرَبِيّ\u200f (abc) \u202bשָׁלוֹם\u202c \u2067٣٫٥\u2069 פ",
	"joined and not joined": "می\u200cخواهم 👩🏽\u200d🚀 👨\u200d👩\u200d👧 a\u200bb\ufeffc",
	"beyond the basic plane": "𝒳 𐍈 🏳\ufe0f\u200d🌈 \u{10ffff}",
	"what databases and spreadsheets have words for": "it's \\ \"x\" \\u0041 \\x41 $1 :a ? % _ =1+1 '; --\t|",
};

const LONE = ["\ud800", "a\udc00b", "\udc00\ud800", "👩\ud83d"];

test.each(Object.entries(TEXTS))(
	"%s: an answer, a draft, a label, a person and feedback",
	async (_, text) => {
		const session_id = await app.start();
		const question_id = app.question("dream");
		expect((await app.submit(session_id, "dream", { type: "essay", text })).status).toBe(200);
		app.pass({ seconds: 1 });
		const command = { kind: "draft", question_id, draft: { type: "essay", text: `${text} …` } };
		const draft = { operation_id: anOperationId(), client_time: app.now(), command };
		await app.post(`/api/v2/session/${session_id}/sync`, { sent_at: app.now(), operations: [draft] });
		const { body } = await app.post(`/api/v2/session/${session_id}/handoff`);
		await app.post("/api/v2/session/handoff/redeem", { code: body["code"], label: text });
		expect((await app.get(`/api/v2/session/${session_id}`)).body).toMatchObject({
			session: {
				answers: { [question_id]: { answer: { text } } },
				drafts: { [question_id]: { draft: { text: `${text} …` } } },
				holder: { label: text },
			},
		});

		const said = { experience_text: text, suggestions: `${text}.` };
		expect((await app.post("/api/v2/feedback/submit", { session_id, ...said })).body).toMatchObject(said);
		const person = {
			full_name: text,
			age_group: `${text}1`,
			country: `${text}2`,
			origin_country: `${text}3`,
		};
		await app.post("/api/v2/student/info", { session_id, email: "amal@school.example", ...person });
		expect(await rowsOf(session_id)).toEqual({
			person: expect.objectContaining(person),
			feedback: expect.objectContaining(said),
			answers: [expect.objectContaining({ answer_text: text })],
		});
	},
);

test.each(LONE)(
	"half of a character in %j is refused wherever text is taken, and nothing is stored",
	async (text) => {
		const session_id = await app.start();
		const { body } = await app.post(`/api/v2/session/${session_id}/handoff`);
		const person = {
			email: "amal@school.example",
			full_name: "Amal",
			age_group: "16-18",
			country: "Jordan",
			origin_country: "Jordan",
		};
		const refusals = [
			await app.post("/api/v2/session/handoff/redeem", { code: body["code"], label: text }),
			await app.post("/api/v2/session/handoff/redeem", { code: text }),
			await app.post("/api/v2/feedback/submit", { session_id, experience_text: text }),
			await app.submit(session_id, "dream", { type: "essay", text }),
		];
		for (const field of Object.keys(person)) {
			refusals.push(await app.post("/api/v2/student/info", { session_id, ...person, [field]: text }));
		}
		for (const { status, body } of refusals) expect([status, body["code"]]).toEqual([422, "invalid_body"]);
		expect((await app.get(`/api/v2/session/${session_id}`)).body).toMatchObject({
			session: { status: "active", revision: 1, holder: null },
		});
		// The code is still good.
		const redeemed = await app.post("/api/v2/session/handoff/redeem", { code: body["code"], label: "Phone" });
		expect(redeemed.status).toBe(200);
	},
);

test("minus nought is nought: on a scale, in the database and for a repeated request", async () => {
	const session_id = await app.start();
	const question_id = app.question("energy");
	const submission_id = anOperationId();
	const submit = (value: string) =>
		app.post(
			"/api/v2/answers/submit",
			`{"session_id":"${session_id}","question_id":${question_id},"submission_id":"${submission_id}","answer":{"type":"slider","value":${value}}}`,
		);
	const first = await submit("-0");
	expect(first.status).toBe(200);
	expect((await submit("0")).body).toEqual(first.body);
	expect(await standing(session_id, question_id)).toContain('"value":0');
	const { answers } = await rowsOf(session_id);
	expect(answers.map(({ answer_value }) => Object.is(answer_value, 0))).toEqual([true]);
	expect((await app.submit(session_id, "team", { ...SAMPLER_ANSWERS.team, value: -0 })).body["code"]).toBe(
		"answer_out_of_range",
	);
});

async function standing(session_id: string, question_id: number): Promise<string> {
	const { body } = await app.get(`/api/v2/session/${session_id}`);
	return JSON.stringify((body as { session: { answers: object } }).session.answers[question_id as never]);
}

/** What other programs find in the tables of the existing product. */
async function rowsOf(session_id: string) {
	const { db } = app.database;
	const person = await db
		.selectFrom("student_responses")
		.selectAll()
		.where("session_id", "=", session_id)
		.executeTakeFirstOrThrow();
	const feedback = await db
		.selectFrom("feedbacks")
		.selectAll()
		.where("session_id", "=", session_id)
		.executeTakeFirst();
	const answers = await db
		.selectFrom("question_answers")
		.selectAll()
		.where("response_id", "=", person.id)
		.execute();
	return { person, feedback, answers };
}
