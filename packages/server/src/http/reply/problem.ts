import type { Problem, ProblemCode } from "@carhythm/core";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Env } from "../context.ts";
import { reply } from "./reply.ts";

/** What went wrong, as a value on its way to the client. Every `Refusal` of core is one. */
export type ProblemDetails = Pick<Problem, "code" | "detail" | "errors">;

/** The one table of status codes. */
export const PROBLEMS: Readonly<Record<ProblemCode, { status: ContentfulStatusCode; title: string }>> = {
	session_not_found: { status: 404, title: "Unknown session" },
	session_expired: { status: 409, title: "Session expired" },
	session_abandoned: { status: 409, title: "Session set aside" },
	session_completed: { status: 409, title: "Session already completed" },
	session_not_completed: { status: 409, title: "Session not completed" },
	session_full: { status: 409, title: "History of the session full" },
	session_not_restorable: { status: 409, title: "Session cannot be restored" },
	session_held_elsewhere: { status: 409, title: "Session continued on another device" },
	session_to_be_erased: { status: 409, title: "Session about to be erased" },
	session_moved: { status: 409, title: "Session continued elsewhere under another id" },
	session_not_movable: { status: 409, title: "Id of the session cannot change" },
	consent_required: { status: 409, title: "Agreement to the notice required" },
	consent_withdrawn: { status: 409, title: "Agreement taken back" },
	consent_not_given: { status: 409, title: "No agreement to take back" },
	notice_outdated: { status: 409, title: "The notice has changed" },
	hand_off_code_invalid: { status: 404, title: "Code not valid" },
	question_not_found: { status: 404, title: "Unknown question" },
	page_not_found: { status: 404, title: "Unknown page" },
	assessment_not_found: { status: 404, title: "Unknown assessment" },
	operation_mismatch: { status: 422, title: "Operation id used for something else" },
	answer_wrong_type: { status: 422, title: "Answer of another type" },
	answer_out_of_range: { status: 422, title: "Answer out of range" },
	answer_off_step: { status: 422, title: "Answer between two steps" },
	answer_unknown_option: { status: 422, title: "Unknown option" },
	answer_too_many_options: { status: 422, title: "Too many options" },
	answer_repeated_option: { status: 422, title: "Repeated option" },
	answer_not_a_permutation: { status: 422, title: "Incomplete order" },
	answer_too_long: { status: 422, title: "Text too long" },
	answer_empty: { status: 422, title: "Empty answer" },
	host_not_served: { status: 421, title: "Another address" },
	not_found: { status: 404, title: "Nothing here" },
	method_not_allowed: { status: 405, title: "Method not allowed" },
	invalid_json: { status: 400, title: "Not JSON" },
	invalid_body: { status: 422, title: "Invalid request" },
	unsupported_media_type: { status: 415, title: "Unsupported encoding" },
	body_too_large: { status: 413, title: "Request too large" },
	too_many_requests: { status: 429, title: "Too many requests" },
	storage_unavailable: { status: 503, title: "Storage unavailable" },
	internal_error: { status: 500, title: "Error on our side" },
};

export const PROBLEM_TYPE = "application/problem+json";

/** Replies with a problem document (RFC 9457). */
export function problem(
	c: Context<Env>,
	{ code, detail, errors }: ProblemDetails,
	headers: Readonly<Record<string, string>> = {},
): Response {
	const { status, title } = PROBLEMS[code];
	c.set("problem", code);
	const body: Problem = {
		type: `/docs#problem-${code}`,
		title,
		status,
		detail,
		code,
		...(errors && { errors }),
	};
	return reply(c, JSON.stringify(body), status, {
		"Content-Type": PROBLEM_TYPE,
		"Cache-Control": "no-store",
		...headers,
	});
}
