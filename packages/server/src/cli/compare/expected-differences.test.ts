import { expect, test } from "vitest";
import { ANSWERED_TWICE, EXPECTED_DIFFERENCES } from "./expected-differences.ts";
import { listDifferences, pathText } from "./json-difference.ts";
import type { ComparedSession, ReplyDifference } from "./types.ts";

type Case = {
	status?: readonly [number, number];
	old: unknown;
	new: unknown;
	session?: Partial<ComparedSession>;
	step?: string;
};

const SCORES = "/api/v2/scores/{session_id}";

/** What the two bodies differ in, each with the name of the row that covers it, or null. */
function classify(path: string, { status = [200, 200], old, new: ours, session, step = "a step" }: Case) {
	const request = {
		method: "GET" as const,
		path,
		step,
		session: {
			ids: { old: "", new: "" },
			is_students: false,
			has_gaps: false,
			completed: null,
			profiles: null,
			...session,
		},
	};
	const replies = { old: { status: status[0], body: old }, new: { status: status[1], body: ours } };
	const rowOf = (difference: ReplyDifference) =>
		EXPECTED_DIFFERENCES.find(({ covers }) => covers(difference))?.name ?? null;
	if (status[0] !== status[1]) {
		return [
			["status", rowOf({ request, replies, part: "status", path: [], old: status[0], new: status[1] })],
		];
	}
	return listDifferences(old, ours).map((difference) => [
		pathText(difference.path),
		rowOf({ request, replies, part: "body", ...difference }),
	]);
}

test("scoring keys may be missing from options, and nothing else may", () => {
	const slider = { min: 1, domain: "R", reverse_scored: false, item_id: "r1" };
	const choice = { label: "Build", value: "A", domain: "R", score_value: 3, tags: [] };
	expect(
		classify("/api/v2/questions?page_id=1", {
			old: { questions: [{ text: "One", options: slider }, { options: { choices: [choice, "Plain"] } }] },
			new: {
				questions: [
					{ text: "One", options: { min: 2 } },
					{
						options: {
							choices: [
								{ label: "Build", value: "B" },
								{ label: "Plain", value: "Plain" },
							],
						},
					},
				],
			},
		}),
	).toEqual([
		["questions[0].options.min", null],
		["questions[0].options.domain", "scoring_keys"],
		["questions[0].options.reverse_scored", "scoring_keys"],
		["questions[0].options.item_id", null],
		["questions[1].options.choices[0].value", null],
		["questions[1].options.choices[0].domain", "scoring_keys"],
		["questions[1].options.choices[0].score_value", "scoring_keys"],
		["questions[1].options.choices[0].tags", "scoring_keys"],
		["questions[1].options.choices[1]", "plain_options"],
	]);
});

test.each([
	[400, 409, "session_not_completed", "not_finished"],
	[200, 409, "session_completed", "ended_session"],
	[200, 409, "session_abandoned", "ended_session"],
	[200, 409, "session_expired", null],
	[200, 409, "session_not_completed", null],
	[400, 409, "session_full", null],
	[404, 409, "session_not_completed", null],
	[500, 200, undefined, null],
	[200, 404, "session_not_found", null],
])("%d in place of %d with the code %s is covered by %s", (old, ours, code, row) => {
	const found = classify("/api/v2/answers/submit", { status: [old, ours], old: {}, new: { code } });
	expect(found).toEqual([["status", row]]);
});

test("texts, times and added fields of a reply are expected; values that clients go by are not", () => {
	expect(
		classify("/api/v2/session/{session_id}/validate", {
			old: {
				valid: true,
				message: "Old words",
				session: {
					status: "active",
					current_page_id: null,
					last_activity: "2026-11-30T08:00:00",
				},
				progress: { questions_answered: 3, total_xp: 30 },
			},
			new: {
				valid: true,
				message: "Our words",
				resumable: true,
				session: {
					status: "completed",
					current_page_id: 2,
					last_activity: "2026-11-30T08:00:00.000Z",
				},
				progress: { questions_answered: 4, total_xp: "30" },
			},
		}),
	).toEqual([
		["message", "message_texts"],
		["session.status", "status_completed"],
		["session.current_page_id", "current_page"],
		["session.last_activity", "times"],
		["progress.questions_answered", null],
		["progress.total_xp", null],
		["resumable", "added_fields"],
	]);
	expect(
		classify("/api/v2/session/{session_id}/validate", {
			old: { message: "Words", created_at: "2026-11-30T08:00:00", session: { status: "active" } },
			new: { message: "", created_at: "yesterday", session: { status: "expired" } },
		}).map(([, row]) => row),
	).toEqual([null, null, null]);
});

test("further badges of progress and another order of answered questions are expected, missing ones are not", () => {
	const progress = (old: string[], ours: string[]) =>
		classify("/api/v2/session/{session_id}/progress", { old: { badges: old }, new: { badges: ours } });
	expect(progress(["first_answer"], ["first_answer", "milestone_10"])).toEqual([
		["badges[1]", "more_badges"],
	]);
	expect(progress(["first_answer"], ["milestone_10"])).toEqual([["badges[0]", null]]);
	expect(progress(["first_answer", "streak_10"], ["first_answer"])).toEqual([["badges[1]", null]]);
	const answered = (old: number[], ours: number[]) =>
		classify("/api/v2/session/{session_id}/answered-questions", {
			old: { answered_question_ids: old },
			new: { answered_question_ids: ours },
		}).map(([, row]) => row);
	expect(answered([2, 1], [1, 2])).toEqual(["order_of_answered", "order_of_answered"]);
	expect(answered([2, 1], [1, 3])).toEqual([null, null]);
	expect(answered([1], [1, 1])).toEqual([null]);
});

test("an error may be another document with the same status, if it has a text to show", () => {
	const refuse = (ours: object) =>
		classify("/api/v2/student/info", { status: [422, 422], old: { detail: [{ loc: [] }] }, new: ours });
	expect(refuse({ detail: "The address is wrong.", code: "invalid_body" })).toEqual([
		["detail", "problem_documents"],
		["code", "problem_documents"],
	]);
	expect(refuse({ detail: "" })).toEqual([["detail", null]]);
});

test("the old server's failures after completing are expected, other failures are not", () => {
	const send = (path: string, status: readonly [number, number], code?: string) =>
		classify(path, { status, old: {}, new: { code } })[0]?.[1];
	const resend = "/api/v2/resend-results";
	expect(send(resend, [500, 200])).toBe("resend_without_mail");
	expect(send(resend, [500, 409], "session_not_completed")).toBe("resend_without_mail");
	expect(send(resend, [500, 409], "session_expired")).toBe(null);
	expect(send(resend, [500, 404], "session_not_found")).toBe(null);
	expect(send("/api/v2/student/info", [500, 200])).toBe(null);
	expect(send("/api/v2/student/info", [400, 200])).toBe("completed_without_scores");
	expect(send("/api/v2/student/info", [200, 400])).toBe(null);
	expect(send("/api/v2/student/info", [422, 200])).toBe(null);
	expect(send("/api/v2/answers/submit", [400, 200])).toBe(null);
	const mail = (old: boolean, ours: boolean) =>
		classify("/api/v2/student/info", { old: { email_sent: old }, new: { email_sent: ours } })[0]?.[1];
	expect([mail(true, false), mail(false, true)]).toEqual(["mail", null]);
});

test("only in the step of a second answer may counts differ", () => {
	const submit = (step: string) =>
		classify("/api/v2/answers/submit", {
			old: { success: true, xp_gained: 10, progress: { questions_answered: 0 } },
			new: { success: false, xp_gained: 0, progress: { questions_answered: 1 } },
			step,
		}).map(([, row]) => row);
	expect(submit(`${ANSWERED_TWICE}, question 1`)).toEqual([null, "answered_twice", "answered_twice"]);
	expect(submit("answered once, question 1")).toEqual([null, null, null]);
});

test("ids of rows, the reason of validate and the mark of a stored profile are expected where they mean the same", () => {
	const one = (path: string, old: object, ours: object, session: Partial<ComparedSession> = {}) =>
		classify(path, { old, new: ours, session })[0]?.[1];
	const feedback = "/api/v2/feedback/submit";
	expect(one(feedback, { id: 1 }, { id: 2 })).toBe("row_ids");
	expect(one(feedback, { id: 1 }, { id: "2" })).toBe(null);
	expect(one(feedback, { rating: 1 }, { rating: 2 })).toBe(null);
	expect(one("/api/v2/modules", { id: 1 }, { id: 2 })).toBe(null);
	const validate = "/api/v2/session/{session_id}/validate";
	expect(one(validate, { reason: "Not there" }, { reason: "not_found" })).toBe("reason_of_validate");
	expect(one(validate, { reason: "Not there" }, { reason: "gone" })).toBe(null);
	expect(one(SCORES, { cached: true }, { cached: false }, { completed: false })).toBe(
		"cached_when_completed",
	);
	expect(one(SCORES, { cached: true }, { cached: false }, { completed: true })).toBe(null);
	expect(one(SCORES, { cached: false }, { cached: true }, { completed: false })).toBe(null);
});

test("a student's session that had expired is valid after the adoption; one that could be continued though finished is a difference", () => {
	const validate = (status: string, is_students: boolean, resumable = status === "active") =>
		classify("/api/v2/session/{session_id}/validate", {
			old: { valid: false, reason: "Session not found or expired" },
			new: { valid: true, resumable, session: { status } },
			session: { is_students },
		}).map(([path, row]) => [path, row]);
	expect(validate("active", true)).toEqual([
		["valid", "expiry_from_adoption"],
		["reason", "expiry_from_adoption"],
		["resumable", "added_fields"],
		["session", "added_fields"],
	]);
	expect(validate("user_abandoned_not_completed", true)).toEqual(validate("active", true));
	expect(validate("completed", true)).toEqual(validate("active", true));
	expect(validate("completed", true, true)[0]).toEqual(["valid", null]);
	expect(validate("active", false)[0]).toEqual(["valid", null]);
});

const riasec = (R: number, labels: readonly [R: string, A: string]) => ({
	raw_scores: { R, A: 12 },
	strength_labels: { R: labels[0], A: labels[1] },
});
const zones = (mastery: number, level: string) => ({ mastery: { score: mastery, level } });
const scores = (interests: object, ikigai_zones: object) => ({
	profile: { riasec: interests, ikigai_zones, bigfive: { strength_labels: { O: "Low" } } },
});

test("labels of interests may differ where sums go beyond the old thresholds, and zones by exactly their points", () => {
	const withI = (interests: ReturnType<typeof riasec>) => ({
		...interests,
		strength_labels: { ...interests.strength_labels, I: "Low" },
	});
	const old = scores(withI(riasec(30, ["Low", "High"])), zones(2, "Medium"));
	const one = (ours: object) => classify(SCORES, { old, new: ours });
	expect(one(scores(withI(riasec(30, ["Very High", "Medium"])), zones(3, "High")))).toEqual([
		["profile.riasec.strength_labels.R", "interest_labels"],
		["profile.riasec.strength_labels.A", "interest_labels"],
		["profile.ikigai_zones.mastery.score", "zones_of_interest_labels"],
		["profile.ikigai_zones.mastery.level", "zones_of_interest_labels"],
	]);
	// One point too many, and a level that does not go with the points.
	expect(one(scores(withI(riasec(30, ["Very High", "High"])), zones(4, "Low")))).toEqual([
		["profile.riasec.strength_labels.R", "interest_labels"],
		["profile.ikigai_zones.mastery.score", null],
		["profile.ikigai_zones.mastery.level", null],
	]);
	// The labels are the same, so nothing explains the zone.
	expect(one(scores(withI(riasec(30, ["Low", "High"])), zones(3, "High")))).toEqual([
		["profile.ikigai_zones.mastery.score", null],
		["profile.ikigai_zones.mastery.level", null],
	]);
	// Another sum is a defect, and so is its label.
	expect(one(scores(withI(riasec(29, ["Very High", "High"])), zones(3, "High"))).slice(0, 2)).toEqual([
		["profile.riasec.raw_scores.R", null],
		["profile.riasec.strength_labels.R", null],
	]);
	// Only sliders count: the thresholds are the same there.
	expect(
		classify(SCORES, {
			old: scores(riasec(15, ["Very High", "High"]), {}),
			new: scores(riasec(15, ["High", "High"]), {}),
		}),
	).toEqual([["profile.riasec.strength_labels.R", null]]);
	const traits = structuredClone(old);
	traits.profile.bigfive.strength_labels.O = "High";
	expect(one(traits)).toEqual([["profile.bigfive.strength_labels.O", null]]);
});

test("labels of the summary are held against the profiles that were read before", () => {
	const profiles = {
		old: scores(riasec(30, ["Low", "High"]), {}).profile,
		new: scores(riasec(30, ["Very High", "High"]), {}).profile,
	};
	const top = (domain: string, label: string) => ({ top_riasec_domains: [{ domain, label }] });
	const one = (ours: object, known: ComparedSession["profiles"]) =>
		classify(`${SCORES}/summary`, { old: top("R", "Low"), new: ours, session: { profiles: known } });
	expect(one(top("R", "Very High"), profiles)).toEqual([["top_riasec_domains[0].label", "interest_labels"]]);
	expect(one(top("R", "Medium"), profiles)).toEqual([["top_riasec_domains[0].label", null]]);
	expect(one(top("R", "Very High"), null)).toEqual([["top_riasec_domains[0].label", null]]);
	expect(one(top("A", "Low"), profiles)).toEqual([["top_riasec_domains[0].domain", null]]);
	// The old summary contradicts its own profile, or the two name different interests.
	const said = { old: scores(riasec(30, ["Medium", "Low"]), {}).profile, new: profiles.new };
	expect(one(top("R", "Very High"), said)).toEqual([["top_riasec_domains[0].label", null]]);
	expect(one(top("A", "High"), said).map(([, row]) => row)).toEqual([null, null]);
});

test("a profile with gaps may leave things out, and may not say something else", () => {
	const old = scores(riasec(30, ["Low", "High"]), { love: { score: 2, level: "Medium" } });
	const ours = scores(
		{ raw_scores: { A: 11 }, strength_labels: { A: "High" } },
		{ love: { score: null, level: "" } },
	);
	const rows = (has_gaps: boolean | null) => classify(SCORES, { old, new: ours, session: { has_gaps } });
	expect(rows(true)).toEqual([
		["profile.riasec.raw_scores.R", "profile_with_gaps"],
		["profile.riasec.raw_scores.A", null],
		["profile.riasec.strength_labels.R", "profile_with_gaps"],
		["profile.ikigai_zones.love.score", "profile_with_gaps"],
		["profile.ikigai_zones.love.level", "profile_with_gaps"],
	]);
	expect(rows(false).map(([, row]) => row)).toEqual(Array.from({ length: 5 }, () => null));
	expect(rows(null).map(([, row]) => row)).toEqual(Array.from({ length: 5 }, () => null));
});

test("every row of the table has a name of its own and a reason that is a sentence", () => {
	const names = EXPECTED_DIFFERENCES.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	for (const { reason } of EXPECTED_DIFFERENCES) expect(reason).toMatch(/^\S+ .*\.$/);
});
