import { currentPlace, type History, lastActivity } from "./history.ts";

/**
 * When a request counts as received. `direct` are the ages of its fresh operations while the clock is behind,
 * oldest first.
 */
export type Receipt = { received: number; newest: number; direct: number[] };

/**
 * Dates a request. A server clock that is behind the session's newest time goes on from that time, and
 * operations younger than a minute count in order of age.
 */
export function computeReceipt(now: number, session: History, ages: readonly number[]): Receipt {
	const newest = Math.max(lastActivity(session), currentPlace(session)?.at ?? 0);
	if (lastActivity(session) - now <= 1000) return { received: now, newest, direct: [] };
	const direct = [...new Set(ages.filter((age) => age < 60_000))].sort((a, b) => b - a);
	return { received: newest + Math.max(1, direct.length), newest, direct };
}
