import {
	hasExpectedInterestLabel,
	hasExpectedZone,
	isLeftOutOfProfileWithGaps,
} from "./expected-profile-differences.ts";
import { isObject, valueAt } from "./json-difference.ts";
import type { ReplyDifference } from "./types.ts";

/** A difference that is there on purpose: it is counted apart, and is no reason to look further. */
export type ExpectedDifference = {
	/** For `--json`. */
	name: string;
	/** For `--verbose`: what a reader who meets it wants to know. */
	reason: string;
	covers(difference: ReplyDifference): boolean;
};

/** The step in which one question is answered a second time. */
export const ANSWERED_TWICE = "answered twice";

/**
 * Every difference that is there on purpose. A row covers as little as it can: a row that covers too much
 * hides a defect. `docs/api.md` says the same to the authors of front ends.
 */
export const EXPECTED_DIFFERENCES: readonly ExpectedDifference[] = [
	{
		name: "scoring_keys",
		reason: "Scoring keys of questions never leave our server.",
		covers: ({ request, path, new: ours }) =>
			request.path.startsWith("/api/v2/questions") &&
			path.includes("options") &&
			SCORING_KEYS.has(path.at(-1)) &&
			ours === undefined,
	},
	{
		name: "plain_options",
		reason: "An option that is a plain text in the database is served as an object of that text.",
		covers: ({ request, path, old, new: ours }) =>
			request.path.startsWith("/api/v2/questions") &&
			path.includes("options") &&
			typeof old === "string" &&
			isObject(ours) &&
			Object.values(ours).every((text) => text === old),
	},
	{
		name: "problem_documents",
		reason: "Errors are problem documents with a text to show; their status is the same.",
		covers: ({ part, replies }) =>
			part === "body" && replies.old.status >= 400 && isFilledText(valueAt(replies.new.body, "detail")),
	},
	{
		name: "not_finished",
		reason:
			'A session that is not finished is a conflict: 409 in place of 400, with the code "session_not_completed".',
		covers: ({ part, old, new: ours, replies }) =>
			part === "status" &&
			old === 400 &&
			ours === 409 &&
			codeOf(replies.new.body) === "session_not_completed",
	},
	{
		name: "completed_without_scores",
		reason:
			"Personal data complete a session of which a module has no answer; the old server completes it too, but replies 400.",
		covers: ({ part, request, old, new: ours }) =>
			part === "status" && request.path === "/api/v2/student/info" && old === 400 && ours === 200,
	},
	{
		name: "ended_session",
		reason:
			"A session that is completed or abandoned takes no answers and is not abandoned; the old server lets both happen.",
		covers: ({ part, old, new: ours, replies }) =>
			part === "status" && old === 200 && ours === 409 && ENDED.has(codeOf(replies.new.body)),
	},
	{
		name: "resend_without_mail",
		reason:
			"The old server fails (500) whenever results are to be sent again; ours replies that mail is not set up, or that the session is not finished.",
		covers: ({ part, request, old, new: ours, replies }) =>
			part === "status" &&
			request.path === "/api/v2/resend-results" &&
			old === 500 &&
			(ours === 200 || (ours === 409 && codeOf(replies.new.body) === "session_not_completed")),
	},
	{
		name: "mail",
		reason: "Our server sends no mail.",
		covers: ({ path, old, new: ours }) => path.at(-1) === "email_sent" && old === true && ours === false,
	},
	{
		name: "answered_twice",
		reason:
			"A second answer to a question replaces the first and gains nothing; the old server deletes the answer.",
		covers: ({ part, request, path }) =>
			part === "body" && request.step.startsWith(ANSWERED_TWICE) && CHANGED_BY_SECOND_ANSWER.has(path[0]),
	},
	{
		name: "message_texts",
		reason: "Texts of messages are our own.",
		covers: ({ path, old, new: ours }) =>
			path.length === 1 && path[0] === "message" && isFilledText(old) && isFilledText(ours),
	},
	{
		name: "reason_of_validate",
		reason: 'The reason why a session is not valid is "not_found" or "expired" in place of a sentence.',
		covers: ({ path, old, new: ours }) =>
			path.length === 1 && path[0] === "reason" && isFilledText(old) && REASONS.has(ours),
	},
	{
		name: "times",
		reason: "Times are those of each server's own clock, with milliseconds and Z.",
		covers: ({ path, old, new: ours }) =>
			TIMES.has(path.at(-1)) && (old === null || isTime(old)) && isTime(ours) && String(ours).endsWith("Z"),
	},
	{
		name: "row_ids",
		reason: "Each database numbers its feedback by itself, and each session has a display id of its own.",
		covers: ({ request, path, old, new: ours }) =>
			ROW_IDS.get(request.path) === path.join() && typeof old === typeof ours,
	},
	{
		name: "current_page",
		reason: "current_page_id follows the student; on the old server it stays null.",
		covers: ({ path, old, new: ours }) =>
			path.at(-1) === "current_page_id" && old === null && typeof ours === "number",
	},
	{
		name: "status_completed",
		reason: 'A session that is finished says "completed"; on the old server it stays "active".',
		covers: ({ path, old, new: ours }) =>
			path.length === 2 &&
			path[0] === "session" &&
			path[1] === "status" &&
			old === "active" &&
			ours === "completed",
	},
	{
		name: "expiry_from_adoption",
		reason:
			"A session that was adopted is valid for 30 days from then; only an unfinished one can be continued.",
		covers: ({ request, path, old, replies }) =>
			request.session?.is_students === true &&
			path.length === 1 &&
			(path[0] === "valid" || path[0] === "reason") &&
			valueAt(replies.old.body, "valid") === false &&
			valueAt(replies.new.body, "valid") === true &&
			valueAt(replies.new.body, "resumable") ===
				(valueAt(replies.new.body, "session", "status") === "active") &&
			(path[0] === "valid" || isFilledText(old)),
	},
	{
		name: "more_badges",
		reason: "badges of /progress names further milestones behind those of the old server.",
		covers: ({ request, path, old }) =>
			request.path.endsWith("/progress") && path.length === 2 && path[0] === "badges" && old === undefined,
	},
	{
		name: "order_of_answered",
		reason: "Answered questions are listed in another order; they are the same.",
		covers: ({ path, replies }) =>
			path[0] === "answered_question_ids" &&
			sorted(valueAt(replies.old.body, "answered_question_ids")) ===
				sorted(valueAt(replies.new.body, "answered_question_ids")),
	},
	{
		name: "cached_when_completed",
		reason:
			"A profile is stored once its session is completed; the old server keeps the first that is asked for.",
		covers: ({ request, path, old, new: ours }) =>
			path.length === 1 &&
			path[0] === "cached" &&
			old === true &&
			ours === false &&
			request.session?.completed !== true,
	},
	{
		name: "interest_labels",
		reason:
			"Labels of interests are by share of the range that the questionnaire allows; the old server's thresholds end at 15, and above everything is Low.",
		covers: hasExpectedInterestLabel,
	},
	{
		name: "zones_of_interest_labels",
		reason: "A zone gets the points of the labels of its interests, so it follows where those differ.",
		covers: hasExpectedZone,
	},
	{
		name: "profile_with_gaps",
		reason: "A profile leaves out what depends on a missing answer; the old server counts it as 0.",
		covers: isLeftOutOfProfileWithGaps,
	},
	{
		name: "added_fields",
		reason: "Our server adds fields, which existing clients ignore.",
		covers: ({ part, path, old }) =>
			part === "body" && typeof path.at(-1) === "string" && path[0] !== "profile" && old === undefined,
	},
];

const ROW_IDS = new Map([
	["/api/v2/feedback/submit", "id"],
	["/api/v2/session/start", "display_id"],
]);
const SCORING_KEYS = new Set<unknown>(["domain", "score_value", "tags", "reverse_scored"]);
const ENDED = new Set<unknown>(["session_abandoned", "session_completed"]);
const REASONS = new Set<unknown>(["not_found", "expired"]);
const TIMES = new Set<unknown>(["created_at", "last_activity", "expires_at"]);
const CHANGED_BY_SECOND_ANSWER = new Set<unknown>([
	"xp_gained",
	"total_xp",
	"badges_unlocked",
	"progress",
	"answered_question_ids",
]);

function codeOf(body: unknown): unknown {
	return valueAt(body, "code");
}

function isFilledText(value: unknown): boolean {
	return typeof value === "string" && value !== "";
}

function isTime(value: unknown): boolean {
	return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

function sorted(list: unknown): string | null {
	return Array.isArray(list) ? JSON.stringify(list.map(Number).sort((a, b) => a - b)) : null;
}
