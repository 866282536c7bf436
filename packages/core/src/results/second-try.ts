import { ITEM_ERROR } from "../scoring/interests.ts";
import type { ScaleResult, ScoredScale } from "../scoring/profile.ts";

/**
 * Standard deviation of people's scores on a scale, as a share of its range: assumed, not measured. Published
 * four-item scales with five steps lie around it. Used only where a reliability is known.
 */
const SPREAD = 0.2;

/** The middle of a range, as a share of it: half-way between the two ends, and nothing about other people. */
const MIDDLE = 0.5;

/** Where a second try would usually land, as shares of the possible range (0 to 1). */
export type SecondTry = { from: number; to: number };

/**
 * Standard error of measurement of a score, as a share of its range.
 *
 * - With a published alpha: SPREAD × √(1 − alpha), the classical formula. Where items are missing it grows by
 *   √(total ÷ answered).
 * - Without one, and for interests: the error of one item ÷ √(answered items). See `ITEM_ERROR`.
 *
 * @example errorOf a trait with alpha .75, all items answered: 0.2 × √0.25 = 0.1
 * @example errorOf an interest with four answers: 0.26 ÷ 2 = 0.13
 */
export function errorOf(scale: ScoredScale): number {
	const { kind, reliability, items_answered, items_total } = scale;
	if (kind === "riasec" || reliability === undefined) return ITEM_ERROR / Math.sqrt(items_answered);
	return SPREAD * Math.sqrt(1 - reliability.alpha) * Math.sqrt(items_total / items_answered);
}

/**
 * Half the width of a bar: the standard error of the difference between two tries, √2 × the error of one. Two
 * second tries in three land inside. Of two interests with equally many answers the lower one is tied with the
 * higher one exactly when its dot lies inside the other's bar (`tooCloseToTell`).
 */
function reachOf(scale: ScoredScale): number {
	return Math.SQRT2 * errorOf(scale);
}

/**
 * How far a second try would usually land; cut off at the ends of the scale.
 * @example share 0.75 of four interest items: 0.75 ± √2 × 0.13 gives 0.566 to 0.934
 */
export function secondTryOf(scale: ScoredScale): SecondTry {
	const reach = reachOf(scale);
	return { from: Math.max(0, scale.share - reach), to: Math.min(1, scale.share + reach) };
}

/**
 * The end of its scale that a result clearly lies towards; null where a second try could usually land on the
 * other side of the middle.
 * @example with four items from 1 to 5, sums from 15 on are clearly high and up to 9 clearly low
 */
export function clearSide(scale: ScoredScale): "lower" | "higher" | null {
	if (clearness(scale) <= 1) return null;
	return scale.share > MIDDLE ? "higher" : "lower";
}

/** How far a result lies from the middle of its range, in units of its own reach: above 1 it is clear. */
export function clearness(scale: ScoredScale): number {
	return Math.abs(scale.share - MIDDLE) / reachOf(scale);
}

/** Whether a scale has a number: all items answered, or enough of them. */
export function isScored(scale: ScaleResult): scale is ScoredScale {
	return scale.status === "complete" || scale.status === "prorated";
}
