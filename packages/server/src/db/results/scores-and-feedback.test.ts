import { expect, test } from "vitest";
import { aStore } from "../../testing/stores/a-store.ts";
import { createFeedbackStore } from "./feedback.ts";
import { createScoreStore } from "./scores.ts";

test("a profile is stored once a session and comes back as it is", async () => {
	await using on = await aStore();
	const scores = createScoreStore(on.database);
	const found = await on.sessions.find(await on.started());
	const response_id = found?.response_id ?? 0;
	expect(await scores.find(response_id)).toBeNull();
	await scores.save(response_id, { version: "carhythm/1", scales: [{ key: "r", mean: 3.25 }] }, null);
	await scores.save(response_id, { version: "carhythm/1", scales: [], note: "«ثانيًا»" }, null);
	expect(await scores.find(response_id)).toEqual({ version: "carhythm/1", scales: [], note: "«ثانيًا»" });
	const rows = await on.database.db.selectFrom("assessment_scores").select("id").execute();
	expect(rows).toHaveLength(1);
});

test("a profile that the existing product stored is served as it is, the newest of several", async () => {
	await using on = await aStore();
	const scores = createScoreStore(on.database);
	const response_id = (await on.sessions.find(await on.started()))?.response_id ?? 0;
	for (const rhythm_profile of ['{"riasec":{"top_domain":"R"}}', '{"riasec":{"top_domain":"I"}}', null]) {
		const row = { response_id, rhythm_profile, calculated_at: "2024-01-01 10:00:00" };
		await on.database.db.insertInto("assessment_scores").values(row).execute();
	}
	expect(await scores.find(response_id)).toEqual({ riasec: { top_domain: "I" } });
});

test("a second feedback updates the first", async () => {
	await using on = await aStore();
	const feedback = createFeedbackStore(on.database);
	const session_id = await on.started();
	const first = await feedback.save(session_id, {
		rating: 4,
		experience_text: "Good.",
		would_recommend: true,
		suggestions: null,
	});
	const second = await feedback.save(session_id, {
		rating: null,
		experience_text: null,
		would_recommend: false,
		suggestions: "Shorter.",
	});
	// Null says nothing about a field.
	expect(second).toEqual({
		id: first?.id,
		created_at: first?.created_at,
		rating: 4,
		experience_text: "Good.",
		would_recommend: false,
		suggestions: "Shorter.",
	});
	const rows = await on.database.db.selectFrom("feedbacks").selectAll().execute();
	expect(rows).toMatchObject([{ id: first?.id, session_id, rating: 4, would_recommend: 0 }]);
});
