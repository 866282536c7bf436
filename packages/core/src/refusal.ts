import * as z from "#schema";

/** Why an answer does not fit its question. */
export const ANSWER_REFUSALS = [
	"answer_wrong_type",
	"answer_out_of_range",
	"answer_off_step",
	"answer_unknown_option",
	"answer_too_many_options",
	"answer_repeated_option",
	"answer_not_a_permutation",
	"answer_too_long",
	"answer_empty",
] as const;

/**
 * Why a request is refused. The codes are part of the API: clients decide by them, people read `detail`. The
 * HTTP status of each code stands in one table on the server.
 */
export const RefusalCode = z.enum([
	"session_not_found",
	"session_expired",
	"session_abandoned",
	"session_completed",
	"session_not_completed",
	"session_not_restorable",
	/** Its history has as many events, or as long ones, as a session may have. */
	"session_full",
	"session_held_elsewhere",
	"session_to_be_erased",
	/** The student left this device: the session has another id, and the former one takes in `sync` only. */
	"session_moved",
	/** Another program's table names the session by its id, which therefore cannot change. */
	"session_not_movable",
	/** The operator takes answers only after agreement, and there is none. */
	"consent_required",
	"consent_withdrawn",
	/** There is no agreement that could be taken back. */
	"consent_not_given",
	/** The notice has changed since it was shown, or does not know this kind of agreement. */
	"notice_outdated",
	"hand_off_code_invalid",
	"question_not_found",
	"page_not_found",
	"assessment_not_found",
	"operation_mismatch",
	...ANSWER_REFUSALS,
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** A refusal is a value: `code` for programs, `detail` a sentence that a student can read. */
export type Refusal = { code: RefusalCode; detail: string };

/** Makes a {@link Refusal}. */
export function refuse(code: RefusalCode, detail: string): Refusal {
	return { code, detail };
}
