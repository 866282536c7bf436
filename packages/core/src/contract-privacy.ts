import * as z from "#schema";
import { Consent, ConsentGiven } from "./consent.ts";
import { OperationRequest } from "./contract.ts";
import { NewOperationId } from "./ids.ts";
import { Answer } from "./question-types/index.ts";
import { SessionStatus } from "./session.ts";
import { Key, Language, LocalizedText } from "./text.ts";
import { Instant } from "./time.ts";

/** `POST /api/v2/session/{id}/erase` and its `/undo`, and `GET` of it. */
export const EraseRequest = OperationRequest;
export const ErasureReply = z.object({
	success: z.literal(true),
	message: z.string(),
	/** When everything of the session is erased; null when that was not asked for, or was undone. */
	erase_at: z.nullable(Instant),
});
export type ErasureReply = z.infer<typeof ErasureReply>;

/** `POST /api/v2/session/{id}/consent` */
export const ConsentRequest = z.extend(ConsentGiven, { operation_id: z.optional(NewOperationId) });
/** `POST /api/v2/session/{id}/consent/withdraw` */
export const WithdrawRequest = OperationRequest;
export const ConsentReply = z.object({
	success: z.literal(true),
	message: z.string(),
	consent: Consent,
});
export type ConsentReply = z.infer<typeof ConsentReply>;

/**
 * `GET /api/v2/session/{id}/export` and `carhythm session export`: everything of a session that its student
 * gave, and what came of it. Neither the secret session id nor a scoring key is part of it.
 *
 * Version history: 1: the first.
 */
export const SessionExport = z.object({
	carhythm_session: z.literal(1),
	exported_at: Instant,
	session: z.object({
		display_id: z.string(),
		status: SessionStatus,
		assessment: Key,
		version: z.int(),
		title: LocalizedText,
		language: Language,
		started_at: Instant,
		last_activity: Instant,
		completed_at: z.nullable(Instant),
		/** When it is erased, because the student asked for it. */
		erase_at: z.nullable(Instant),
	}),
	/** Empty where it was not told. */
	person: z.object({
		email: z.string(),
		full_name: z.string(),
		age_group: z.string(),
		country: z.string(),
		origin_country: z.string(),
	}),
	/** The standing answers, in the order in which the questions are asked. */
	answers: z.array(
		z.object({
			question: z.string(),
			text: LocalizedText,
			answer: Answer,
			/** Null for an answer that another program had taken in. */
			answered_at: z.nullable(Instant),
		}),
	),
	/** What was begun and not given. */
	drafts: z.array(z.object({ question: z.string(), text: LocalizedText, draft: Answer, at: Instant })),
	/** Everything that was done, the oldest first. `late`: it came after the session's end, and was kept aside. */
	history: z.array(
		z.object({
			revision: z.int(),
			at: z.nullable(Instant),
			received_at: Instant,
			kind: z.string(),
			question: z.nullable(z.string()),
			value: z.unknown(),
			outcome: z.enum(["applied", "superseded", "late"]),
		}),
	),
	/** How many of the oldest events are left out, in a session of very many. */
	history_left_out: z.int(),
	/** What was declared to the notice, the oldest first. */
	consents: z._default(z.array(Consent), []),
	/** The device on which the session went on since it was last handed over. */
	device: z.nullable(z.object({ label: z.string(), since: Instant })),
	feedback: z.nullable(
		z.object({
			rating: z.nullable(z.int()),
			experience_text: z.nullable(z.string()),
			would_recommend: z.nullable(z.boolean()),
			suggestions: z.nullable(z.string()),
			created_at: Instant,
		}),
	),
	/** The result as it was last shown; null where none was. */
	result: z.nullable(z.record(z.string(), z.unknown())),
});
export type SessionExport = z.infer<typeof SessionExport>;
