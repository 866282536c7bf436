import * as z from "#schema";

/** A moment: UTC, ISO 8601 with milliseconds and `Z`, so that text order is time order. */
export const Instant = z.string().check(
	z.regex(
		/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
		"must be a UTC time such as 2026-11-22T08:46:19.123Z",
	),
	z.refine((value) => isRealDate(value), "is not a real date"),
);
export type Instant = z.infer<typeof Instant>;

function isRealDate(value: string): boolean {
	// Not every database knows a year 0, which is before the first.
	if (value.startsWith("0000")) return false;
	const millis = Date.parse(value);
	// The 30th of February parses, as the 2nd of March, and 24:00 as midnight of the next day.
	return !Number.isNaN(millis) && new Date(millis).getUTCDate() === Number(value.slice(8, 10));
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Milliseconds since 1970 of an {@link Instant}. */
export function toMillis(instant: Instant): number {
	return Date.parse(instant);
}

/** The {@link Instant} of milliseconds since 1970. */
export function toInstant(millis: number): Instant {
	return new Date(millis).toISOString();
}

/** The later of two moments. */
export function laterOf(a: Instant, b: Instant): Instant {
	return a >= b ? a : b;
}

/**
 * When an operation happened, by the server's clock: `received − (sent_at − client_time)`, held between the
 * session's start and `received`. Only the distance between two readings of the client's clock counts, so a
 * clock of 1970 does no harm.
 */
export function correctedTime(times: {
	client_time: Instant;
	sent_at: Instant;
	received: Instant;
	started_at: Instant;
}): Instant {
	const age = toMillis(times.sent_at) - toMillis(times.client_time);
	const at = toMillis(times.received) - age;
	const floor = toMillis(times.started_at);
	const ceiling = Math.max(floor, toMillis(times.received));
	return toInstant(Math.min(Math.max(at, floor), ceiling));
}

/** For so many days a student can undo that a session is erased. */
export const ERASE_UNDO_DAYS = 7;

/** The moment `minutes` later. */
export function addMinutes(instant: Instant, minutes: number): Instant {
	return toInstant(toMillis(instant) + minutes * 60_000);
}

/** The moment `days` × 24 hours later. */
export function addDays(instant: Instant, days: number): Instant {
	return toInstant(toMillis(instant) + days * DAY_MS);
}
