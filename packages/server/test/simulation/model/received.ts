import { type History, lastActivity, place } from "./history.ts";

/** When a request was received, and the ages of its direct operations while the clock is behind, the oldest first. */
export type Receipt = { received: number; newest: number; direct: number[] };

/**
 * A clock that is behind what the session has seen goes on from there, and direct operations count in order
 * of arrival.
 */
export function receive(now: number, session: History, ages: readonly number[]): Receipt {
	const newest = Math.max(lastActivity(session), place(session)?.at ?? 0);
	if (lastActivity(session) - now <= 1000) return { received: now, newest, direct: [] };
	const direct = [...new Set(ages.filter((age) => age < 60_000))].sort((a, b) => b - a);
	return { received: newest + Math.max(1, direct.length), newest, direct };
}
