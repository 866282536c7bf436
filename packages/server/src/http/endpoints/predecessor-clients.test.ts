import { describe, expect, test } from "vitest";
import { aPredecessorClient } from "../../testing/predecessor/client.ts";
import { PROFILE, WHOLE } from "../../testing/predecessor/known-profile.ts";
import { anAdoptedQuestionnaire, answersOf, type Given } from "../../testing/predecessor/questionnaire.ts";

// Every reply of the first table of the API, as clients of the existing product get it from a database taken
// over from it.

const PERSON = {
	email: "amal@school.example",
	full_name: "Amal",
	age_group: "",
	country: "",
	origin_country: "",
};

async function adopted(engine: "sqlite" | "postgres") {
	const predecessor = await anAdoptedQuestionnaire(engine);
	const database = await predecessor.open();
	const client = aPredecessorClient(database);
	const submit = async (session_id: string, given: Given) => {
		for (const [question_id, answer] of answersOf(given)) {
			const { status, body } = await client.ask("answers/submit", { session_id, question_id, answer });
			if (status !== 200) throw new Error(`question ${question_id}: ${JSON.stringify(body)}`);
		}
	};
	return { predecessor, submit, ...client };
}

describe.each(["sqlite", "postgres"] as const)("clients of the existing product on %s", (engine) => {
	test("modules have the titles, numbers and types of the existing back end", async () => {
		const { predecessor, ask } = await adopted(engine);
		await using _ = predecessor;
		expect((await ask("modules")).body).toEqual([
			{
				id: 1,
				name: "Likes",
				emoji: "🧭",
				title: "Chapter: Likes",
				description: "What you like doing.",
				total_pages: 1,
				total_questions: 27,
				estimated_minutes: 5,
				theme: "default",
				chapter_number: 1,
				order_index: 1,
			},
			{
				id: 2,
				name: "Ways",
				// Nothing is said of emoji, number and minutes: those are the existing back end's.
				emoji: "📝",
				title: "Chapter: Ways",
				description: null,
				total_pages: 1,
				total_questions: 25,
				estimated_minutes: 5,
				theme: "default",
				chapter_number: 0,
				order_index: 2,
			},
			{
				id: 3,
				name: "Habits",
				emoji: "🧭",
				title: "Chapter: Habits",
				description: "How you work.",
				total_pages: 1,
				total_questions: 21,
				estimated_minutes: 4,
				theme: "default",
				chapter_number: 3,
				order_index: 3,
			},
		]);
		expect((await ask("questions?page_id=2")).body["page"]).toEqual({
			id: 2,
			title: "Ways",
			description: null,
			module: "Ways",
			module_emoji: null,
			module_description: null,
			chapter_number: null,
			estimated_minutes: 0,
			module_color_primary: null,
			module_color_secondary: null,
			completion_message: null,
		});
		expect((await ask("settings/theme")).body).toEqual({
			primary_color: "#6D3B8E",
			secondary_color: "#FF6B6B",
			accent_color: "#F9C74F",
			welcome_message: "Your Career Story Begins Here",
			welcome_subtitle: "Discover the rhythm of your professional journey",
			thank_you_message: "You Found Your Rhythm!",
			logo_url: "/static/img/logo.png",
			brand_name: "CaRhythm",
		});
		expect((await ask("health")).body).toEqual({ status: "healthy", version: "2.0" });
	});

	test("a whole assessment gives the profile worked out by hand, and fills the columns of the admin panel", async () => {
		const { predecessor, ask, start, submit } = await adopted(engine);
		await using _ = predecessor;
		const session_id = await start();
		expect((await ask(`scores/${session_id}`)).status).toBe(409);

		await submit(session_id, WHOLE);
		const progress = (await ask(`session/${session_id}/progress`)).body;
		expect(progress).toMatchObject({
			session_id,
			modules: [
				{ name: "Likes", completed: 27, total: 27, status: "completed" },
				{ name: "Ways", completed: 25, total: 25, status: "completed" },
				{ name: "Habits", completed: 21, total: 21, status: "completed" },
			],
			total_xp: 730,
			percentage_complete: 100,
		});
		expect((progress["badges"] as string[]).slice(0, 2)).toEqual(["first_answer", "streak_10"]);
		const answered = (await ask(`session/${session_id}/answered-questions`)).body;
		expect(answered).toMatchObject({ session_id, page_id: null });
		expect(answered["answered_question_ids"]).toHaveLength(73);
		expect((await ask(`session/${session_id}/answered-questions?page_id=3`)).body).toMatchObject({
			page_id: 3,
			answered_question_ids: Array.from({ length: 21 }, (__, n) => 53 + n),
		});

		// Completed or not: as soon as every module has answers.
		expect(await ask(`scores/${session_id}`)).toMatchObject({
			status: 200,
			body: { session_id, profile: PROFILE, cached: false },
		});
		expect((await ask("student/info", { session_id, ...PERSON })).body).toMatchObject({
			success: true,
			message: expect.any(String),
			email_sent: false,
		});
		const scores = (await ask(`scores/${session_id}`)).body;
		expect(scores).toMatchObject({ session_id, cached: true });
		expect(scores["profile"]).toEqual(PROFILE);
		expect((await ask(`scores/${session_id}/summary`)).body).toMatchObject({
			holland_code: "RIA",
			top_riasec_domains: [
				{ domain: "R", label: "Very High" },
				{ domain: "I", label: "High" },
				{ domain: "A", label: "Medium" },
			],
			top_bigfive_traits: [
				{ trait: "O", label: "Very High" },
				{ trait: "C", label: "High" },
				{ trait: "E", label: "Medium" },
			],
			behavioral_flags: PROFILE.behavioral.behavioral_flags,
			ikigai_zones: { love: "Medium", mastery: "High", contribution: "Low", sustainability: "Low" },
		});

		const [row] = await predecessor.rows("assessment_scores");
		expect(row).toMatchObject({
			riasec_r_score: 34,
			riasec_c_score: 14,
			riasec_profile: "RIA",
			bigfive_openness: 25,
			bigfive_neuroticism: 15,
		});
		for (const [column, value] of Object.entries({
			riasec_raw_scores: PROFILE.riasec.raw_scores,
			riasec_strength_labels: PROFILE.riasec.strength_labels,
			bigfive_strength_labels: PROFILE.bigfive.strength_labels,
			behavioral_strength_labels: PROFILE.behavioral.strength_labels,
			behavioral_flags: PROFILE.behavioral.behavioral_flags,
			ikigai_zones: PROFILE.ikigai_zones,
			rhythm_profile: PROFILE,
		})) {
			expect([column, JSON.parse(String(row?.[column]))]).toEqual([column, value]);
		}
	});

	test("our own pages get the interests of adopted content, which choices and rankings count for", async () => {
		const { predecessor, ask, start, submit } = await adopted(engine);
		await using _ = predecessor;
		const session_id = await start();
		await submit(session_id, WHOLE);
		const { results } = (await ask(`scores/${session_id}`)).body as {
			results: { interests: { ranking: string[][]; flat: boolean }; scales: object[] };
		};
		expect(results.interests.flat).toBe(false);
		expect(results.interests.ranking[0]).toContain("interest-r");
		expect(results.scales).toHaveLength(18);
		expect(results.scales[0]).toMatchObject({
			key: "interest-r",
			method: "points",
			mean: 34,
			min: 6,
			max: 39,
			share: 0.848,
		});
	});

	test("a partial profile leaves out what depends on a missing answer, and counts nothing as zero", async () => {
		const { predecessor, ask, start, submit } = await adopted(engine);
		await using _ = predecessor;
		const session_id = await start();
		// One slider of S, the trait O but for one item, the whole of grit.
		await submit(session_id, {
			likes: { ...WHOLE.likes, S: [2, 2] },
			chosen: WHOLE.chosen,
			ranked: WHOLE.ranked,
			traits: { ...WHOLE.traits, O: [5, 5, 5, 5] },
			habits: { ...WHOLE.habits, grit_persistence: [], learning_orientation: [5] },
		});
		await ask("student/info", { session_id, ...PERSON });
		const { profile } = (await ask(`scores/${session_id}`)).body as { profile: typeof PROFILE };
		expect(profile.riasec).toEqual({
			raw_scores: { R: 34, I: 26, A: 21, E: 17, C: 14 },
			strength_labels: { R: "Very High", I: "High", A: "Medium", E: "Medium", C: "Low" },
			holland_code: "",
			top_domain: null,
		});
		expect(Object.keys(profile.bigfive.raw_scores)).toEqual(["C", "E", "A", "N"]);
		expect(profile.behavioral.behavioral_flags).toEqual({
			procrastination_risk: true,
			perfectionism_risk: null,
			low_grit_risk: null,
			poor_regulation_risk: true,
			growth_mindset: null,
		});
		// A page of an existing client calls `level.toLowerCase()` and divides the score.
		expect(profile.ikigai_zones).toEqual({
			love: { score: null, level: "" },
			mastery: { score: 4, level: "High" },
			contribution: { score: null, level: "" },
			sustainability: { score: null, level: "" },
		});
		expect((await ask(`scores/${session_id}/summary`)).body).toMatchObject({ holland_code: "" });
	});

	test("a profile is not stored while its session can still change", async () => {
		const { predecessor, ask, start, submit } = await adopted(engine);
		await using _ = predecessor;
		const session_id = await start();
		await submit(session_id, WHOLE);
		await ask(`scores/${session_id}`);
		await submit(session_id, { likes: { C: [5, 5, 5] }, chosen: [], ranked: [], traits: {}, habits: {} });
		const { profile } = (await ask(`scores/${session_id}`)).body as { profile: typeof PROFILE };
		expect(profile.riasec.raw_scores.C).toBe(26);
		// Equal sums stand in the order R I A S E C.
		expect(profile.riasec.holland_code).toBe("RIC");
	});

	test("a second feedback replaces only the fields that are not null", async () => {
		const { predecessor, ask, start } = await adopted(engine);
		await using _ = predecessor;
		const session_id = await start();
		const first = await ask("feedback/submit", { session_id, rating: 5, would_recommend: false });
		const second = await ask("feedback/submit", {
			session_id,
			rating: null,
			// As the existing back end stores it: without the blanks around it.
			experience_text: " Good\n",
			would_recommend: null,
			suggestions: null,
		});
		expect(second).toEqual({
			status: 201,
			body: { ...first.body, experience_text: "Good" },
		});
		expect(second.body).toMatchObject({ rating: 5, would_recommend: false });
	});

	test("student/info wants the name and the address alone to be filled", async () => {
		const { predecessor, ask, start } = await adopted(engine);
		await using _ = predecessor;
		const session_id = await start();
		for (const empty of ["full_name", "email"] as const) {
			const { status } = await ask("student/info", { session_id, ...PERSON, [empty]: "" });
			expect([empty, status]).toEqual([empty, 422]);
		}
		expect((await ask("student/info", { session_id, ...PERSON })).status).toBe(200);
	});

	test("phase 1: start, validate, submit and abandon reply as their document says", async () => {
		const { predecessor, ask, start } = await adopted(engine);
		await using _ = predecessor;
		expect((await ask("session/test-123/validate")).body).toMatchObject({ valid: false });
		const session_id = await start();
		const answer = { type: "slider", value: 4 };
		expect((await ask("answers/submit", { session_id, question_id: 1, answer })).body).toEqual({
			success: true,
			xp_gained: 10,
			total_xp: 10,
			badges_unlocked: ["first_answer"],
			progress: { questions_answered: 1, total_questions: 73, percentage: 1.4 },
		});
		expect((await ask(`session/${session_id}/validate`)).body).toMatchObject({
			valid: true,
			session: { session_id, status: "active", current_page_id: 1, last_activity: expect.any(String) },
			progress: { questions_answered: 1, total_questions: 73, percentage: 1.4, total_xp: 10 },
		});
		expect((await ask(`session/${session_id}/abandon`, {})).body).toEqual({
			success: true,
			message: expect.any(String),
		});
		expect((await ask(`session/${session_id}/validate`)).body).toMatchObject({
			session: { status: "user_abandoned_not_completed" },
		});
		expect((await ask("resend-results", { session_id })).status).toBe(409);
	});
});
