import { correctedTime, type Instant, type SessionState, toInstant, toMillis } from "@carhythm/core";
import type { Batch, WriteOperation } from "../store.ts";

/** Being behind by less is jitter, of one clock or between two servers. */
export const SET_BACK_MS = 1000;

/** A write that waited for less than this on its device is a direct one: its device was in touch with the server. */
const DIRECT_MS = 60_000;

/** When a batch was received, and when each of its operations was done. */
export type ReceiveTimes = {
	received: Instant;
	/** Null for an operation without a clock of its own. */
	doneAt(operation: Pick<WriteOperation, "client_time">): Instant | null;
};

/**
 * Receives a batch by the server's clock, which never goes back within a session: while it is behind the
 * newest time that the session has, time goes on from that one by milliseconds, and direct writes count in
 * the order in which they came.
 *
 * @example Device A's answer is received at 12:00. The server's clock is set back to 9:00. Device B's answer,
 *   done two seconds
 * before it is sent, counts as done at 12:00:00.001, so it is later than A's. By the clock alone it would be
 * three hours older.
 */
export function receiveTimesOf(
	state: Pick<SessionState, "last_activity" | "place" | "started_at">,
	{ sent_at, operations }: Pick<Batch, "sent_at" | "operations">,
	now: Instant,
): ReceiveTimes {
	const { started_at, last_activity, place } = state;
	const isSetBack = toMillis(last_activity) - toMillis(now) > SET_BACK_MS;
	const newest = Math.max(toMillis(last_activity), place ? toMillis(place.at) : 0);
	const ages = operations.flatMap(({ client_time }) => ageOf(client_time, sent_at) ?? []);
	const direct = isSetBack ? rankedAges(ages.filter((age) => age < DIRECT_MS)) : [];
	const received = isSetBack ? toInstant(newest + Math.max(1, direct.length)) : now;
	return {
		received,
		doneAt({ client_time }) {
			const age = ageOf(client_time, sent_at);
			if (age === null || !client_time || !sent_at) return null;
			const rank = direct.indexOf(age);
			return rank < 0
				? correctedTime({ client_time, sent_at, received, started_at })
				: toInstant(newest + rank + 1);
		},
	};
}

function ageOf(client_time: Instant | null, sent_at: Instant | null): number | null {
	return client_time && sent_at ? toMillis(sent_at) - toMillis(client_time) : null;
}

/** Each age once, the oldest first. */
function rankedAges(ages: readonly number[]): number[] {
	return [...new Set(ages)].sort((a, b) => b - a);
}
