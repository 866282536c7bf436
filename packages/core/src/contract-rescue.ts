import * as z from "#schema";
import { OperationId, parseDisplayId } from "./ids.ts";
import { Instant, toInstant, toMillis } from "./time.ts";

/** More than a student can do in a session by hand, and few enough for one file. */
const RESCUE_LIMIT = 20_000;

/**
 * A file in which a student carries to the operator what the server never got. It holds answers and the
 * secret session id, so it is for one pair of eyes only.
 *
 * Version history: 1: the first.
 */
export const RescueFile = z.object({
	/** Tells the file from others, and the version of its form. */
	carhythm_rescue: z.literal(1),
	/** A word to the person who opens the file. */
	about: z.optional(z.string().check(z.maxLength(1000))),
	session_id: z.string(),
	display_id: z.string().check(z.refine((value) => parseDisplayId(value) === value, "must be a display id")),
	/** As in `sync`. */
	device_id: z.optional(OperationId),
	/** The device's clock when the file was saved. */
	saved_at: Instant,
	/** The same moment by the server's clock, as well as the device knew it. */
	server_time: Instant,
	/**
	 * What the server has not acknowledged, and what it refused, oldest first. Each is parsed as
	 * `SyncOperation` by itself.
	 */
	operations: z.array(z.unknown()).check(z.maxLength(RESCUE_LIMIT)),
});
export type RescueFile = z.infer<typeof RescueFile>;

/** The latest moment of an {@link Instant}. */
const LATEST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * What the clock of the device that saved the file would show now: the `sent_at` with which its operations
 * keep the times at which they happened, however long the file was under way.
 */
export function sentAtOfRescue(
	{ saved_at, server_time }: Pick<RescueFile, "saved_at" | "server_time">,
	now: Instant,
): Instant {
	const millis = toMillis(saved_at) + toMillis(now) - toMillis(server_time);
	return toInstant(Math.min(Math.max(millis, 0), LATEST_MS));
}
