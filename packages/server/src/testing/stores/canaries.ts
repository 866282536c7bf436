import type { aSchool } from "./a-school.ts";

/** A session that has left something in every place that holds something of a session; each says what it is. */
export async function aSessionFullOfCanaries(school: Awaited<ReturnType<typeof aSchool>>) {
	const { session_id, display_id } = await school.start();
	const canaries = [
		"canary-changed",
		"canary-standing",
		"canary-draft",
		"canary-name",
		"canary-feedback",
		"canary-score",
	];
	const question_id = school.questionId(school.keyOf("essay"));
	await school.essay(session_id, "canary-changed");
	await school.essay(session_id, "canary-standing");
	// Long enough for pages of its own.
	const draft = { type: "essay", text: `canary-draft ${"x".repeat(9000)}` } as const;
	await school.operate(session_id, { kind: "draft", question_id, draft });
	const found = await school.store.sessions.find(session_id);
	await school.store.sessions.saveStudentInfo(session_id, {
		email: "canary-name@example.org",
		full_name: "canary-name",
		age_group: "16",
		country: "X",
		origin_country: "X",
	});
	const said = { rating: 5, experience_text: "canary-feedback", would_recommend: true, suggestions: null };
	await school.store.feedback.save(session_id, said);
	await school.store.scores.save(found?.response_id ?? 0, { text: "canary-score" }, null);
	return { display_id, canaries: [...canaries, session_id, display_id] };
}
