import type { OperationId } from "@carhythm/core";
import { hashOfFormerId } from "../../db/sessions/former-ids.ts";
import type { aSchool } from "./a-school.ts";
import { anOperationId } from "./a-store.ts";

/**
 * A session that has left something in every place that holds something of a session; each says what it is.
 * Its student has left other devices, so it had another id before: `former_id`.
 */
export async function aSessionFullOfCanaries(school: Awaited<ReturnType<typeof aSchool>>) {
	const { session_id, display_id } = await school.start();
	const canaries = [
		"canary-changed",
		"canary-standing",
		"canary-draft",
		"canary-name",
		"canary-feedback",
		"canary-score",
		"canary-consent",
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
	await school.store.consents.give(session_id, {
		operation_id: "canary-consent" as OperationId,
		version: "1",
		language: "en",
		kind: "consent",
		content: "{}",
	});
	const moved = await school.store.sessions.leaveOthers(session_id, anOperationId());
	if (!moved.ok) throw new Error("The student could not leave other devices.");
	const ids = [moved.session.state.session_id, hashOfFormerId(session_id), display_id];
	return { display_id, former_id: session_id, canaries: [...canaries, ...ids] };
}
