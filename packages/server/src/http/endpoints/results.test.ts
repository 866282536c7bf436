import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";

const PERSON = {
	email: " amal@school.example ",
	full_name: "Amal Haddad",
	age_group: "16-18",
	country: "Jordan",
	origin_country: "Jordan",
};

const EMAIL_NOT_SET_UP = /Email is not set up on this server/;

describe("student/info", () => {
	test("completes and scores the session, says honestly that no email was sent, and again updates the person", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		await app.submit(session_id, "team", SAMPLER_ANSWERS.team);
		const first = await app.post("/api/v2/student/info", { session_id, ...PERSON });
		expect(first.body).toEqual({
			success: true,
			email_sent: false,
			session_id,
			message: expect.stringMatching(EMAIL_NOT_SET_UP),
		});
		expect(await personOf(app, session_id)).toMatchObject({
			email: "amal@school.example",
			status: "completed",
		});
		const scores = await app.get(`/api/v2/scores/${session_id}`);
		expect(scores.body).toMatchObject({ cached: true });
		// The results page of the existing product reads these without looking whether they are there.
		expect(scores.body["profile"]).toMatchObject({
			version: "carhythm/1",
			riasec: { raw_scores: {}, strength_labels: {}, holland_code: "", top_domain: null },
			bigfive: { raw_scores: {} },
			behavioral: { behavioral_flags: { growth_mindset: null } },
			ikigai_zones: { love: { score: null, level: "" } },
		});
		const again = await app.post("/api/v2/student/info", { session_id, ...PERSON, full_name: "Amal H." });
		expect(again.body).toEqual(first.body);
		expect(await personOf(app, session_id)).toMatchObject({ full_name: "Amal H." });
	});

	test("is 409 for a session that is set aside or expired, and stores nothing", async () => {
		await using app = await anApp();
		const aside = await app.start();
		await app.post(`/api/v2/session/${aside}/abandon`);
		const forgotten = await app.start();
		app.pass({ days: 31 });
		for (const [session_id, code] of [
			[aside, "session_abandoned"],
			[forgotten, "session_expired"],
		] as const) {
			const reply = await app.post("/api/v2/student/info", { session_id, ...PERSON });
			expect([reply.status, reply.body["code"]]).toEqual([409, code]);
			expect(await personOf(app, session_id)).toMatchObject({ email: "temp@temp.com" });
		}
	});

	test("corrects the person for 24 hours after the completion; then the name under the answers stays", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		await app.post("/api/v2/student/info", { session_id, ...PERSON });
		const rename = (full_name: string) =>
			app.post("/api/v2/student/info", { session_id, ...PERSON, full_name });
		app.pass({ days: 1 });
		expect((await rename("Amal H.")).status).toBe(200);
		app.pass({ seconds: 1 });
		expect(await rename("Somebody Else")).toMatchObject({ status: 409, body: { code: "session_completed" } });
		const new_email = "other@school.example";
		const resent = await app.post("/api/v2/resend-results", { session_id, new_email });
		expect(resent).toMatchObject({ status: 409, body: { code: "session_completed" } });
		expect((await app.post("/api/v2/resend-results", { session_id })).status).toBe(200);
		expect(await personOf(app, session_id)).toMatchObject({
			full_name: "Amal H.",
			email: "amal@school.example",
		});
	});

	test("refuses a person that is not one", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		for (const wrong of [
			{ email: "nobody" },
			{ email: "a@b.c\r\nBcc: all@school.example" },
			{ email: '"<img src=x>"@x.y' },
			{ email: `${"a".repeat(251)}@x.yz` },
			{ email: null },
			{ full_name: "  " },
			{ full_name: "x".repeat(201) },
			{ full_name: "a\u0000" },
			{ age_group: undefined },
			{ country: 7 },
			{ session_id: { $ne: null } },
		]) {
			const reply = await app.post("/api/v2/student/info", { session_id, ...PERSON, ...wrong });
			expect([wrong, reply.status]).toEqual([wrong, 422]);
		}
		const unknown = await app.post("/api/v2/student/info", { ...PERSON, session_id: "test-123" });
		expect(unknown.status).toBe(404);
	});
});

describe("scores", () => {
	test("of a session that is not finished are 409", async () => {
		await using app = await anApp();
		const id = await app.start();
		for (const path of [`/api/v2/scores/${id}`, `/api/v2/scores/${id}/summary`]) {
			const reply = await app.get(path);
			expect([reply.status, reply.body["code"]]).toEqual([409, "session_not_completed"]);
		}
		expect((await app.get("/api/v2/scores/test-123")).status).toBe(404);
		expect((await app.get("/api/v2/scores/test-123/summary")).status).toBe(404);
	});

	test("of a finished session are computed once, and unanswered questions give no result", async () => {
		await using app = await anApp({ career_rhythm: true });
		const id = await app.start({ assessment: "career-rhythm" });
		const version = await app.assessments.latest("career-rhythm");
		for (const { question } of version?.index.places ?? []) {
			if (question.type !== "slider" || question.key.startsWith("c")) continue;
			await app.post("/api/v2/answers/submit", {
				session_id: id,
				question_id: question.id,
				answer: { type: "slider", value: question.max },
			});
		}
		await app.post(`/api/v2/session/${id}/complete`);
		const first = await app.get(`/api/v2/scores/${id}`);
		expect(first.body).toMatchObject({
			cached: false,
			profile: { version: "carhythm/1", assessment: { key: "career-rhythm" }, interests: { flat: true } },
		});
		const again = await app.get(`/api/v2/scores/${id}`);
		expect(again.body).toEqual({ ...first.body, cached: true });
		const { scales } = (await app.get(`/api/v2/scores/${id}/summary`)).body as {
			scales: { band: string | null }[];
		};
		expect(scales.length).toBeGreaterThan(10);
	});

	test("that were taken over from the existing product are served as they are", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.post(`/api/v2/session/${id}/complete`);
		const adopted = { riasec: { holland_code: "RIA" }, version: 1 };
		const { response_id } = (await app.sessions.find(id as never)) ?? { response_id: 0 };
		await app.database.db
			.insertInto("assessment_scores")
			.values({ response_id, rhythm_profile: JSON.stringify(adopted), calculated_at: app.now() })
			.execute();
		const reply = await app.get(`/api/v2/scores/${id}`);
		expect(reply.body).toMatchObject({ session_id: id, profile: adopted, cached: true });
		const summary = await app.get(`/api/v2/scores/${id}/summary`);
		expect(summary.body).toEqual({
			session_id: id,
			top_interests: [],
			scales: [],
			holland_code: "RIA",
			top_riasec_domains: [],
		});
	});
});

describe("resend-results", () => {
	test("says that nothing was sent, and stores a new address", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		const early = await app.post("/api/v2/resend-results", { session_id });
		expect([early.status, early.body["code"]]).toEqual([409, "session_not_completed"]);
		await app.post("/api/v2/student/info", { session_id, ...PERSON });
		const reply = await app.post("/api/v2/resend-results", { session_id, new_email: "new@school.example" });
		expect(reply.body).toEqual({ success: false, message: expect.stringMatching(EMAIL_NOT_SET_UP) });
		expect(await personOf(app, session_id)).toMatchObject({ email: "new@school.example" });
		await app.post("/api/v2/resend-results", { session_id, new_email: null });
		expect(await personOf(app, session_id)).toMatchObject({ email: "new@school.example" });
		expect((await app.post("/api/v2/resend-results", { session_id, new_email: "nobody" })).status).toBe(422);
		expect((await app.post("/api/v2/resend-results", { session_id: "test-123" })).status).toBe(404);
	});
});

describe("feedback", () => {
	test("is stored with 201, and a second one updates the first", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		const first = await app.post("/api/v2/feedback/submit", {
			session_id,
			rating: 4,
			would_recommend: false,
		});
		expect([first.status, first.body]).toEqual([
			201,
			{
				id: expect.any(Number),
				session_id,
				rating: 4,
				would_recommend: false,
				experience_text: null,
				suggestions: null,
				created_at: expect.any(String),
			},
		]);
		const second = await app.post("/api/v2/feedback/submit", { session_id, rating: 5, suggestions: "أطول" });
		expect(second.body).toMatchObject({
			id: first.body["id"],
			rating: 5,
			would_recommend: false,
			suggestions: "أطول",
		});
	});

	test("belongs to a completed session also later, and not to one that is set aside or has expired", async () => {
		await using app = await anApp();
		const [done, aside, forgotten] = [await app.start(), await app.start(), await app.start()];
		await app.post(`/api/v2/session/${done}/complete`);
		await app.post(`/api/v2/session/${aside}/abandon`);
		app.pass({ days: 31 });
		const give = async (session_id: string) => {
			const { status, body } = await app.post("/api/v2/feedback/submit", { session_id, rating: 1 });
			return [status, body["code"]];
		};
		expect(await give(done)).toEqual([201, undefined]);
		expect(await give(aside)).toEqual([409, "session_abandoned"]);
		expect(await give(forgotten)).toEqual([409, "session_expired"]);
		const rows = await app.database.db.selectFrom("feedbacks").select("session_id").execute();
		expect(rows).toEqual([{ session_id: done }]);
	});

	test("refuses what it cannot store", async () => {
		await using app = await anApp();
		const session_id = await app.start();
		for (const wrong of [
			{ rating: 0 },
			{ rating: 6 },
			{ rating: 4.5 },
			{ rating: "5" },
			{ would_recommend: "yes" },
			{ suggestions: "x".repeat(5001) },
			{ experience_text: "\ud83d" },
		]) {
			const reply = await app.post("/api/v2/feedback/submit", { session_id, ...wrong });
			expect([wrong, reply.status]).toEqual([wrong, 422]);
		}
		expect((await app.post("/api/v2/feedback/submit", { session_id: "test-123" })).status).toBe(404);
	});
});

test("the theme and the health are what existing clients read", async () => {
	await using app = await anApp();
	expect((await app.get("/api/v2/health")).body).toEqual({ status: "healthy", version: "2.0" });
	expect((await app.get("/api/v2/settings/theme")).body).toMatchObject({
		brand_name: "CaRhythm",
		logo_url: null,
	});
	expect((await app.get("/healthz")).body).toEqual({ status: "ok" });
	expect((await app.get("/readyz")).body).toEqual({ status: "ok" });
});

function personOf(app: TestApp, session_id: string) {
	return app.database.db
		.selectFrom("student_responses")
		.selectAll()
		.where("session_id", "=", session_id)
		.executeTakeFirstOrThrow();
}
