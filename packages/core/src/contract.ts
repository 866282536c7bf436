import * as z from "#schema";
import { Assessment } from "./assessment.ts";
import { Consent, ConsentGiven, HeldBack } from "./consent.ts";
import { Incarnation, SessionSummary } from "./contract-sync.ts";
import { NewOperationId } from "./ids.ts";
import { Progress, ProgressWithXp } from "./progress.ts";
import { Answer, QuestionOnPage } from "./question-types/index.ts";
import { RefusalCode } from "./refusal.ts";
import { SessionState, SessionStatus } from "./session.ts";
import { Key, LocalizedText, StorableText } from "./text.ts";
import { Instant } from "./time.ts";

/** Every code that a problem document may carry: refusals, and what goes wrong before a session is even looked at. */
export const ProblemCode = z.union([
	RefusalCode,
	z.enum([
		"host_not_served",
		"not_found",
		"method_not_allowed",
		"invalid_json",
		"invalid_body",
		"unsupported_media_type",
		"body_too_large",
		"too_many_requests",
		"storage_unavailable",
		"internal_error",
	]),
]);
export type ProblemCode = z.infer<typeof ProblemCode>;

/** RFC 9457 `application/problem+json`; `detail` is a sentence a student can read. */
export const Problem = z.object({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	code: ProblemCode,
	errors: z.optional(z.array(z.object({ pointer: z.string(), detail: z.string() }))),
});
export type Problem = z.infer<typeof Problem>;

/** `GET /api/v2/problem-texts`: for each code a sentence that a student can read, in every language. */
export const ProblemTextsReply = z.record(z.string(), LocalizedText);

/** `GET /api/v2/health` */
export const HealthReply = z.object({ status: z.literal("healthy"), version: z.literal("2.0") });

const nullableText = z.nullable(z.string());

/** `GET /api/v2/modules`: one entry for the pages that share a module name; `id` is the first of them. */
export const ModulesReply = z.array(
	z.object({
		id: z.int(),
		name: z.string(),
		emoji: z.string(),
		/** `Chapter: ` and the name. */
		title: z.string(),
		/** Of the module's first page. */
		description: nullableText,
		total_pages: z.int(),
		total_questions: z.int(),
		/** Minutes, summed over the pages; estimated from the number of questions where no page says any. */
		estimated_minutes: z.number(),
		theme: z.literal("default"),
		/** From 1; 0 where the module has none. */
		chapter_number: z.int(),
		/** Of the module's first page, from 1. */
		order_index: z.int(),
	}),
);

/** `GET /api/v2/questions?page_id=&language=` */
export const QuestionsReply = z.object({
	page: z.object({
		id: z.int(),
		title: z.string(),
		description: nullableText,
		module: nullableText,
		module_emoji: nullableText,
		module_description: nullableText,
		chapter_number: z.nullable(z.int()),
		estimated_minutes: z.nullable(z.number()),
		module_color_primary: nullableText,
		module_color_secondary: nullableText,
		completion_message: nullableText,
	}),
	questions: z.array(QuestionOnPage),
	navigation: z.object({
		current_page: z.int(),
		total_pages: z.int(),
		is_first: z.boolean(),
		is_last: z.boolean(),
		previous_page_id: z.nullable(z.int()),
		next_page_id: z.nullable(z.int()),
	}),
});

/** `POST /api/v2/session/start`. The body may be absent. */
export const StartRequest = z.object({
	/** The same id again returns the same session. */
	operation_id: z.optional(NewOperationId),
	/** The key of an assessment; the default one when absent. */
	assessment: z.optional(Key),
	/** Start Fresh: this session is abandoned in the same transaction. */
	replaces: z.optional(StorableText),
	/** `en` or `ar`; anything else means English. */
	language: z.optional(StorableText),
	/** A computer that others use too: this browser gets no cookie by which the session could be found again. */
	shared: z.optional(z.boolean()),
	/** What was declared to the notice before; it may also be given later. */
	consent: z.optional(ConsentGiven),
});

/** Which version of which assessment a session is pinned to. */
export const AssessmentRef = z.object({ version_id: z.int(), key: Key, version: z.int() });
export type AssessmentRef = z.infer<typeof AssessmentRef>;

/** The reply of `session/start`. */
export const StartReply = z.object({
	session_id: z.string(),
	created_at: Instant,
	expires_at: Instant,
	display_id: z.string(),
	assessment: AssessmentRef,
});
export type StartReply = z.infer<typeof StartReply>;

/** `GET /api/v2/session/{session_id}/validate`: always 200, never counts as activity. */
export const ValidateReply = z.discriminatedUnion("valid", [
	z.object({
		valid: z.literal(false),
		reason: z.enum(["not_found", "expired"]),
		resumable: z.literal(false),
	}),
	z.object({
		valid: z.literal(true),
		resumable: z.boolean(),
		session: z.object({
			session_id: z.string(),
			status: SessionStatus,
			current_page_id: z.nullable(z.int()),
			last_activity: Instant,
		}),
		progress: ProgressWithXp,
	}),
]);

/** `POST /api/v2/session/{session_id}/abandon` */
export const AbandonReply = z.object({ success: z.literal(true), message: z.string() });

/** A write without anything but its id. */
export const OperationRequest = z.object({ operation_id: z.optional(NewOperationId) });

/** `POST /api/v2/session/{id}/restore` */
export const RestoreRequest = z.extend(OperationRequest, {
	/** As in `session/start`. */
	shared: z.optional(z.boolean()),
});

/**
 * `POST /api/v2/session/{id}/leave-others`. The reply is a `SessionChangedReply`, whose session has the new id.
 */
export const LeaveOthersRequest = z.extend(OperationRequest, {
	/** As in `session/start`. */
	shared: z.optional(z.boolean()),
});

/** `POST /api/v2/answers/submit` */
export const SubmitRequest = z.object({
	session_id: StorableText,
	question_id: z.int(),
	answer: Answer,
	/** The same id again replays the first reply; with another body it is 422. */
	submission_id: z.optional(NewOperationId),
});
export const SubmitReply = z.object({
	success: z.literal(true),
	xp_gained: z.int(),
	total_xp: z.int(),
	badges_unlocked: z.array(z.string()),
	progress: Progress,
});
export type SubmitReply = z.infer<typeof SubmitReply>;

/** `GET /api/v2/session/{id}/progress` */
export const SessionProgressReply = z.object({
	session_id: z.string(),
	modules: z.array(
		z.object({
			name: z.string(),
			completed: z.int(),
			total: z.int(),
			status: z.enum(["completed", "in_progress"]),
		}),
	),
	total_xp: z.int(),
	badges: z.array(z.string()),
	current_page_id: z.nullable(z.int()),
	percentage_complete: z.number(),
});

/**
 * `GET /api/v2/session/{id}/answered-questions?page_id=`: of all pages where `page_id` is absent, and null in
 * the reply.
 */
export const AnsweredQuestionsReply = z.object({
	session_id: z.string(),
	page_id: z.nullable(z.int()),
	answered_question_ids: z.array(z.int()),
});

/** `GET /api/v2/session/{id}` and `/session/current`: all that a resume needs. A GET never counts as activity. */
export const SessionSnapshot = z.object({
	session: SessionState,
	incarnation: Incarnation,
	display_id: z.string(),
	assessment: AssessmentRef,
	/** Active and not expired. */
	resumable: z.boolean(),
	expired: z.boolean(),
	expires_at: Instant,
	/** Until when Start Fresh can be undone; null unless the session was set aside by it. */
	restorable_until: z.nullable(Instant),
	/**
	 * The question to show on return: where the student went last, and after an answer the next one without. Null
	 * for an assessment without questions; absent from servers before this field.
	 */
	resume_at: z.optional(z.nullable(z.object({ page_id: z.int(), question_id: z.int() }))),
	/** When everything of it is erased, because its student asked for it. */
	erase_at: z.optional(z.nullable(Instant)),
	/** What was declared last to the notice. */
	consent: z.optional(z.nullable(Consent)),
	/** Why every write is refused now, until the student does something about it. */
	held_back: z.optional(z.nullable(HeldBack)),
	progress: ProgressWithXp,
	badges: z.array(z.string()),
	server_time: Instant,
});
export type SessionSnapshot = z.infer<typeof SessionSnapshot>;

/** The reply of `session/{id}/complete`, `/restore` and `/leave-others`. */
export const SessionChangedReply = z.object({
	success: z.literal(true),
	message: z.string(),
	session: SessionSummary,
});
export type SessionChangedReply = z.infer<typeof SessionChangedReply>;

/** `GET /api/v2/assessments/{version_id}`: one immutable version. */
export const AssessmentReply = z.object({ version_id: z.int(), assessment: Assessment });
export type AssessmentReply = z.infer<typeof AssessmentReply>;

/** `GET /api/v2/assessments/latest?key=`: what a new session gets, and how long it is kept. */
export const LatestAssessmentReply = z.extend(AssessmentReply, { session_expiry_days: z.int() });
export type LatestAssessmentReply = z.infer<typeof LatestAssessmentReply>;

/** The form of the existing front end sends empty texts for what the student did not fill in. */
const personText = (longest: number) => /* @__PURE__ */ StorableText.check(z.trim(), z.maxLength(longest));
const Email = /* @__PURE__ */ StorableText.check(
	z.trim(),
	z.maxLength(255),
	z.regex(
		/^[^\s@<>"',;:\\()[\]]+@[^\s@<>"',;:\\()[\]]+\.[^\s@<>"',;:\\()[\].]+$/,
		"must be an e-mail address",
	),
);

/** `POST /api/v2/student/info`: completes the session and scores it. */
export const StudentInfoRequest = z.object({
	session_id: StorableText,
	email: Email,
	full_name: /* @__PURE__ */ StorableText.check(
		z.trim(),
		z.minLength(1, "must not be empty"),
		z.maxLength(200),
	),
	age_group: personText(50),
	country: personText(100),
	origin_country: personText(100),
});
export const StudentInfoReply = z.object({
	success: z.literal(true),
	message: z.string(),
	email_sent: z.boolean(),
	session_id: z.string(),
});

/** `POST /api/v2/resend-results` */
export const ResendRequest = z.object({ session_id: StorableText, new_email: z.nullish(Email) });
export const ResendReply = z.object({ success: z.boolean(), message: z.string() });

const feedbackText = z.nullish(/* @__PURE__ */ StorableText.check(z.trim(), z.maxLength(5000)));

/** `POST /api/v2/feedback/submit` */
export const FeedbackRequest = z.object({
	session_id: StorableText,
	rating: z.nullish(z.int().check(z.minimum(1), z.maximum(5))),
	experience_text: feedbackText,
	would_recommend: z.nullish(z.boolean()),
	suggestions: feedbackText,
});
export const FeedbackReply = z.object({
	id: z.int(),
	session_id: z.string(),
	rating: z.nullable(z.int()),
	experience_text: nullableText,
	would_recommend: z.nullable(z.boolean()),
	suggestions: nullableText,
	created_at: Instant,
});

/** `GET /api/v2/settings/theme` */
export const ThemeReply = z.object({
	primary_color: z.string(),
	secondary_color: z.string(),
	accent_color: z.string(),
	welcome_message: z.string(),
	welcome_subtitle: z.string(),
	thank_you_message: z.string(),
	logo_url: nullableText,
	brand_name: z.string(),
});

/** `GET /api/v2/scores/{id}` */
export const ScoresReply = z.object({
	session_id: z.string(),
	/**
	 * What clients of the existing product read. For content adopted from it `ExistingProfile`, or what that
	 * product had stored, as it is; for all other content the same as `results`.
	 */
	profile: z.record(z.string(), z.unknown()),
	/** A `Profile`, as CaRhythm's own pages show it, for whatever content. Who draws it parses it. */
	results: z.record(z.string(), z.unknown()),
	/** True when the profile was stored by an earlier request. */
	cached: z.boolean(),
});

/** `GET /api/v2/scores/{id}/summary`. The optional fields are there for content adopted from the existing product. */
export const ScoresSummaryReply = z.object({
	session_id: z.string(),
	top_interests: z.array(z.object({ key: z.string(), name: LocalizedText })),
	scales: z.array(z.object({ key: z.string(), name: LocalizedText, band: nullableText })),
	/** The letters of the three leading interests; empty unless all six have a sum. */
	holland_code: z.optional(z.string()),
	/** Up to three, the highest raw sum first. */
	top_riasec_domains: z.optional(z.array(z.object({ domain: z.string(), label: z.string() }))),
	/** Up to three, the highest raw sum first. */
	top_bigfive_traits: z.optional(z.array(z.object({ trait: z.string(), label: z.string() }))),
	/** Null where an item that decides the flag is not answered. */
	behavioral_flags: z.optional(z.record(z.string(), z.nullable(z.boolean()))),
	/** The level of each zone: High, Medium, Low, or empty where an item that decides it is not answered. */
	ikigai_zones: z.optional(z.record(z.string(), z.string())),
});
