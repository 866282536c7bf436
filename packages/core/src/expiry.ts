import { addDays, type Instant, toMillis } from "./time.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * When a session expires: `days` × 24 hours after its last activity. Days are not calendar days, so a
 * daylight-saving change or a leap day shifts nothing.
 */
export function expiresAt(last_activity: Instant, days: number): Instant {
	return addDays(last_activity, days);
}

/** Whether more than `days` × 24 hours lie between the last activity and now; exactly that long is still valid. */
export function isExpired(last_activity: Instant, now: Instant, days: number): boolean {
	return toMillis(now) - toMillis(last_activity) > days * DAY_MS;
}

/** For so many days after the expiry the server still takes in what a device did before it. */
export const LATE_DELIVERY_DAYS = 30;

/**
 * Whether an operation comes too late to a session: it was done after the expiry, or is delivered more than
 * {@link LATE_DELIVERY_DAYS} after it. `done` rests on what a device tells of its clock, `received` on the
 * server's alone: a device that tells lies gains {@link LATE_DELIVERY_DAYS} at most.
 * @example With 30 days, an answer of day 29 that is delivered on day 60 counts. One of day 31, or one that
 *   is delivered on day 61, is too late.
 */
export function isTooLate(
	last_activity: Instant,
	{ done, received }: { done: Instant; received: Instant },
	days: number,
): boolean {
	return (
		isExpired(last_activity, done, days) || isExpired(last_activity, received, days + LATE_DELIVERY_DAYS)
	);
}
