import * as z from "#schema";
import { NewOperationId, OperationId } from "./ids.ts";
import { ProgressWithXp } from "./progress.ts";
import { RefusalCode } from "./refusal.ts";
import { Command, Holder, SessionStatus } from "./session.ts";
import { Instant } from "./time.ts";

/** One operation of a browser's outbox. */
export const SyncOperation = z.object({
	operation_id: NewOperationId,
	/** The device's clock when it happened. */
	client_time: Instant,
	command: Command,
	/**
	 * The write that stood as the answer to the question in the student's eyes; null when there was none. This
	 * one is then later than that, whatever the clocks say, and an answer that was not seen is told as a
	 * `conflict`. Absent: only the clocks decide.
	 */
	after: z.optional(z.nullable(OperationId)),
});
export type SyncOperation = z.infer<typeof SyncOperation>;

/** How many operations one `sync` may carry. */
const SYNC_LIMIT = 200;

/**
 * `POST /api/v2/session/{id}/sync`. Each operation is parsed as {@link SyncOperation} by itself, so that one
 * which is broken is refused alone and never holds up the others.
 */
export const SyncRequest = z.object({
	/** The device's clock when the request was sent. */
	sent_at: Instant,
	/** Any id that stays the same on a device, whose operations keep the order of its own clock. */
	device_id: z.optional(OperationId),
	/** As in `session/start`: the cookie is not renewed. */
	shared: z.optional(z.boolean()),
	/**
	 * Fields that this server does not know are ignored instead of refused. A browser's page sends it: it may
	 * be newer than the server, or find in its outbox what a newer page has left there, and no answer is to be
	 * refused for that.
	 */
	ignore_unknown: z.optional(z.boolean()),
	operations: z.array(z.unknown()).check(z.maxLength(SYNC_LIMIT)),
});

const accepted = {
	operation_id: OperationId,
	revision: z.int(),
	xp_gained: z.int(),
	badges_unlocked: z.array(z.string()),
	/** Another device's answer to the same question, given without seeing this one. `status` tells which stands. */
	conflict: z.optional(OperationId),
};

/** What became of one operation; results come in the order of the operations. */
export const OperationResult = z.discriminatedUnion("status", [
	z.object({ status: z.literal("applied"), ...accepted }),
	/** In the history, but a later answer to the same question stands. */
	z.object({ status: z.literal("superseded"), ...accepted }),
	/** The session had ended: kept aside and shown to the operator, not applied. */
	z.object({ status: z.literal("late"), operation_id: OperationId, code: RefusalCode, detail: z.string() }),
	/** Not stored. The student sees it in a list; the same operation may be sent again. */
	z.object({
		status: z.literal("refused"),
		operation_id: z.nullable(OperationId),
		code: z.union([RefusalCode, z.literal("invalid_operation")]),
		detail: z.string(),
	}),
]);
export type OperationResult = z.infer<typeof OperationResult>;

/**
 * Names what the server's database holds. It changes when a backup is restored: a client that meets another
 * one than before gives again what was acknowledged to it and may be missing now. Absent from servers before
 * 0.1.0.
 */
export const Incarnation = z.optional(z.string());

/** What every reply to a write tells about the session. */
export const SessionSummary = z.object({
	session_id: z.string(),
	status: SessionStatus,
	resumable: z.boolean(),
	revision: z.int(),
	incarnation: Incarnation,
	/** The device on which the student goes on; null while every device may write. */
	holder: z._default(z.nullable(Holder), null),
	current_page_id: z.nullable(z.int()),
	last_activity: Instant,
	expires_at: Instant,
	progress: ProgressWithXp,
	badges: z.array(z.string()),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/**
 * The reply to a `sync` under a former id of a session: what was brought is taken in, and nothing is told of
 * the session.
 */
export const MovedSyncReply = z.object({
	server_time: Instant,
	moved: z.literal(true),
	results: z.array(
		z.discriminatedUnion("status", [
			/** Stored: applied, superseded or late. Which of them, a former id is not told. */
			z.object({ status: z.literal("taken_in"), operation_id: OperationId }),
			z.object({
				status: z.literal("refused"),
				operation_id: z.nullable(OperationId),
				code: z.union([RefusalCode, z.literal("invalid_operation")]),
				detail: z.string(),
			}),
		]),
	),
});
export type MovedSyncReply = z.infer<typeof MovedSyncReply>;

export const SyncReply = z.object({
	server_time: Instant,
	results: z.array(OperationResult),
	session: SessionSummary,
});
export type SyncReply = z.infer<typeof SyncReply>;

/** What `sync` replies: {@link SyncReply} under the session's id, {@link MovedSyncReply} under a former one. */
export const AnySyncReply = z.union([SyncReply, MovedSyncReply]);
export type AnySyncReply = z.infer<typeof AnySyncReply>;
