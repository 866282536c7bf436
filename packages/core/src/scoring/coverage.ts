/**
 * How much of a scale is answered, and so what may be said about it.
 * `complete` and `prorated` give a number, `preliminary` a band only, `not_enough` nothing.
 */
export type Coverage = "complete" | "prorated" | "preliminary" | "not_enough";

/** Up to this many items a scale is short: each missing answer is a quarter of it or more. */
const SHORT_SCALE = 4;

/**
 * Judges a scale by its answered items. Unanswered is never zero and never the midpoint.
 *
 * At least 80 % answered: the mean of the answered items stands for the scale (`prorated`); in simulated
 * pauses of ten-item scales this changed the band of about one person in ten. From 50 % on: `preliminary`.
 * Below: `not_enough`. Scales of up to four items bear one missing answer, as `preliminary`, and two answers
 * are the least that says anything.
 */
export function judgeCoverage(answered: number, total: number): Coverage {
	if (answered >= total && total > 0) return "complete";
	if (total <= SHORT_SCALE) return answered === total - 1 && answered >= 2 ? "preliminary" : "not_enough";
	if (answered >= 0.8 * total) return "prorated";
	return answered >= 0.5 * total ? "preliminary" : "not_enough";
}
