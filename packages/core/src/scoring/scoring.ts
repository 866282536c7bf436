import * as z from "#schema";
import {
	type Answer,
	type Question,
	rangesOf,
	reportsOf,
	type ScorableQuestion,
} from "../question-types/index.ts";
import { itemScores, ScaleMethod, type ScoreRange } from "../question-types/item-scores.ts";
import { Key, LocalizedText } from "../text.ts";

/** The six vocational interest types of Holland's model, in their order around the hexagon. */
export const RIASEC_TYPES = ["R", "I", "A", "S", "E", "C"] as const;
export const RiasecType = z.enum(RIASEC_TYPES);
export type RiasecType = z.infer<typeof RiasecType>;

/** The published work that scales are taken from. */
const Instrument = z.strictObject({
	key: Key,
	name: z.string(),
	/** Where it is published, as a reader could look it up. */
	source: z.string(),
	licence: z.optional(z.string()),
});

/** A heading under which scales are reported together. */
export const ScaleGroup = z.strictObject({
	key: Key,
	name: LocalizedText,
	description: z.optional(LocalizedText),
});
export type ScaleGroup = z.infer<typeof ScaleGroup>;

/**
 * One question's part in a scale. A slider counts with its value, a choice with `option_scores` (a number for
 * each option value), a ranking with `rank_scores`.
 *
 * In a scale of method `mean`, an option without a score ("I don't know") counts as unanswered. In one of
 * method `points`, it counts 0: the student chose something else.
 */
export const ScaleItem = z.strictObject({
	question: Key,
	/** Reverse-keyed: counts as minimum + maximum − value. */
	reverse: z.optional(z.boolean()),
	...itemScores,
});
export type ScaleItem = z.infer<typeof ScaleItem>;

export const Scale = z.strictObject({
	key: Key,
	name: LocalizedText,
	/** `riasec` scales also give the profile's `interests`; the other kinds are reported alike. */
	kind: z.enum(["riasec", "trait", "facet", "scale"]),
	/** Only and always for scales of kind `riasec`. */
	riasec_type: z.optional(RiasecType),
	group: Key,
	instrument: z.optional(Key),
	method: z._default(ScaleMethod, "mean"),
	description: z.optional(LocalizedText),
	/** What a result in the lower, middle and higher part of the range says. */
	low_text: z.optional(LocalizedText),
	mid_text: z.optional(LocalizedText),
	high_text: z.optional(LocalizedText),
	/** A word or two for each end, shown beside the bar. */
	poles: z.optional(z.strictObject({ low: LocalizedText, high: LocalizedText })),
	/** What follows "You describe yourself as" (Arabic: «تصف إجاباتك») when the result lies clearly low or high. */
	low_phrase: z.optional(LocalizedText),
	high_phrase: z.optional(LocalizedText),
	/**
	 * Scales that ask about the same thing in part. Where two such scales point different ways, no sentence is
	 * made of either.
	 */
	overlaps: z.optional(z.array(Key)),
	/** Internal consistency (Cronbach's alpha, 0 to 1) as published, and for which text and sample. */
	reliability: z.optional(z.strictObject({ alpha: z.number(), source: z.string() })),
	items: z.array(ScaleItem),
});
export type Scale = z.infer<typeof Scale>;

/**
 * The scales that the profile of the existing product is made of, by the names that it uses. Only an adopted
 * assessment has it: see `existingProfile`. Every scale named here is of method `points`.
 */
export const ExistingProfileScales = z.strictObject({
	/** Scale keys by `R`, `I`, `A`, `S`, `E`, `C`. */
	riasec: z.record(z.string(), Key),
	/** Scale keys by `O`, `C`, `E`, `A`, `N`. */
	bigfive: z.record(z.string(), Key),
	/** Scale keys by the existing product's names, for example `grit_persistence`. */
	behavioral: z.record(z.string(), Key),
});
export type ExistingProfileScales = z.infer<typeof ExistingProfileScales>;

/** The scoring key of one assessment version. It never leaves the server. */
export const Scoring = z.strictObject({
	groups: z.array(ScaleGroup),
	instruments: z._default(z.array(Instrument), []),
	scales: z.array(Scale),
	existing_profile: z.optional(ExistingProfileScales),
});
export type Scoring = z.infer<typeof Scoring>;

/** The range of an item's score; null where the question has no score of this kind. */
export function itemRange(
	question: ScorableQuestion,
	item: ScaleItem,
	method: ScaleMethod,
): ScoreRange | null {
	return rangesOf(question).scoreRange(question, item, method);
}

/**
 * The score of one answered item in raw units; null when the answer carries no score.
 * @param answer must fit `question`
 */
export function itemScore(
	question: Question,
	item: ScaleItem,
	{ method, range }: { method: ScaleMethod; range: ScoreRange },
	answer: Answer,
): number | null {
	const value = reportsOf(question).score(question, item, method, answer);
	if (value === undefined) return null;
	return item.reverse ? reverseScore(value, range) : value;
}

/** A value seen from the other end of its range. Twice gives the value again. */
export function reverseScore(value: number, { min, max }: ScoreRange): number {
	return min + max - value;
}
