import * as z from "#schema";

/** The part of a ranking that belongs to one scale. */
export const RankScores = z.strictObject({
	/** The English texts of the items that count for the scale. */
	items: z.array(z.string()),
	/**
	 * What an item counts in the first place, the second place, and so on: one number for each item of the
	 * ranking.
	 */
	points: z.array(z.number()),
});
export type RankScores = z.infer<typeof RankScores>;

/** What an item of a scale may say of the answers to its question, beside naming it. */
export const itemScores = {
	option_scores: z.optional(z.record(z.string(), z.number())),
	rank_scores: z.optional(RankScores),
};
const ItemScores = z.object(itemScores);
export type ItemScores = z.infer<typeof ItemScores>;

/**
 * How the items of a scale make its score.
 *
 * - `mean`: the mean of the answered items, so the score keeps the range of one item. All items have one range.
 * - `points`: the sum of the items. Items may have different ranges; the range of the sum follows from them.
 */
export const ScaleMethod = z.enum(["mean", "points"]);
export type ScaleMethod = z.infer<typeof ScaleMethod>;

/** The lowest and the highest score, in raw units. */
export type ScoreRange = { min: number; max: number };
