import * as z from "#schema";
import { Incarnation } from "./contract-sync.ts";
import { NewOperationId, OperationId } from "./ids.ts";
import { Holder, SessionStatus } from "./session.ts";
import { StorableText } from "./text.ts";
import { Instant } from "./time.ts";

/** `POST /api/v2/session/{id}/handoff` */
export const HandOffReply = z.object({
	/** In groups, to be read aloud: `7GK-2M9-XQ4`. Good for one use; the next code of the session makes it void. */
	code: z.string(),
	expires_at: Instant,
});
export type HandOffReply = z.infer<typeof HandOffReply>;

/** `POST /api/v2/session/handoff/redeem`. The reply is the whole session. */
export const RedeemRequest = z.object({
	/** As it was typed: case, spaces and hyphens do not matter, nor O for 0, I and L for 1. */
	code: /* @__PURE__ */ StorableText.check(z.maxLength(100)),
	/** The same id again, with the same code, gives the session again. */
	operation_id: z.optional(NewOperationId),
	/** The device that goes on, see `device_id` of `sync`; a new one when absent. */
	device_id: z.optional(OperationId),
	/** What it calls itself to the student, for example "Chrome (Android)". */
	label: z.optional(Holder.shape.label),
	/** As in `session/start`. */
	shared: z.optional(z.boolean()),
});

/** `POST /api/v2/session/forget` */
export const ForgetReply = z.object({ success: z.literal(true) });

/**
 * The data of each event of `GET /api/v2/session/{id}/events`. It tells that something is new and not what: a
 * page that lacks the revision fetches the session.
 */
export const SessionNotice = z.object({
	revision: z.int(),
	status: SessionStatus,
	holder: z.nullable(Holder),
	incarnation: Incarnation,
	/** When everything of the session is erased; null while that is not asked for. */
	erase_at: z.optional(z.nullable(Instant)),
});
export type SessionNotice = z.infer<typeof SessionNotice>;
