import * as z from "#schema";
import { ChoiceResult } from "../question-types/choice-result.ts";
import { ScaleMethod } from "../question-types/item-scores.ts";
import { Key, LocalizedText } from "../text.ts";
import { Band } from "./band.ts";
import { RiasecType, Scale, ScaleGroup } from "./scoring.ts";

const scaleBase = {
	key: Key,
	name: LocalizedText,
	description: z.optional(LocalizedText),
	kind: Scale.shape.kind,
	/** Absent for `mean`, the usual method. */
	method: z.optional(ScaleMethod),
	riasec_type: z.optional(RiasecType),
	/** The key of one of the profile's groups. */
	group: Key,
	poles: Scale.shape.poles,
	overlaps: Scale.shape.overlaps,
	reliability: Scale.shape.reliability,
	items_total: z.int(),
	items_answered: z.int(),
};

/** All items answered (`complete`), or at least 80 % of a scale of more than four items (`prorated`). */
export const ScoredScale = z.strictObject({
	...scaleBase,
	status: z.literal(["complete", "prorated"]),
	/**
	 * Mean of the answered items in raw units, reverse-keyed items turned round; 3 decimals. For the method
	 * `points` the sum; where items are missing, the sum at the same share of the whole range.
	 */
	mean: z.number(),
	/** The lowest and the highest possible value of `mean`, in raw units. */
	min: z.number(),
	max: z.number(),
	/** (mean − min) ÷ (max − min): 0 to 1, 3 decimals. Not a percentile. */
	share: z.number(),
	band: Band,
	band_label: LocalizedText,
	/** What this band says for this scale. */
	text: z.optional(LocalizedText),
	/** The same in a few words, for a sentence with others; absent in the middle. */
	phrase: z.optional(LocalizedText),
});
export type ScoredScale = z.infer<typeof ScoredScale>;

/** Half of the items answered, or one missing of four: good for a band, not for a number. */
const PreliminaryScale = z.strictObject({
	...scaleBase,
	status: z.literal("preliminary"),
	band: Band,
	band_label: LocalizedText,
});

/** Too few answers: there is no result, and nothing stands in for it. */
const UnscoredScale = z.strictObject({ ...scaleBase, status: z.literal("not_enough") });

export const ScaleResult = z.discriminatedUnion("status", [ScoredScale, PreliminaryScale, UnscoredScale]);
export type ScaleResult = z.infer<typeof ScaleResult>;

/**
 * The six interest types side by side. There is no three-letter code: answers of this length cannot order the
 * types finely.
 */
export const Interests = z.strictObject({
	/**
	 * Groups of scale keys, highest first. Types in one group are too close to tell apart and stand in hexagon
	 * order.
	 */
	ranking: z.array(z.array(Key)),
	/** The first group; empty when the profile is flat. */
	top: z.array(Key),
	/** True when all six types are too close to tell apart. */
	flat: z.boolean(),
	/** Highest minus lowest mean, in raw units; 3 decimals. */
	differentiation: z.number(),
	/** One corner for each type in the order R I A S E C, with the length of its spoke (0 to 1). */
	hexagon: z.array(z.strictObject({ key: Key, riasec_type: RiasecType, share: z.number() })),
	/** What can be said about the top, or that nothing stands out. */
	summary: LocalizedText,
});
export type Interests = z.infer<typeof Interests>;

/**
 * What a session's answers say, with all names and words in both languages. Scales, choices and groups stand
 * in the order of the assessment; essays are not part of it. A result that is missing here was not answered
 * enough.
 */
export const Profile = z.strictObject({
	version: z.literal("carhythm/1"),
	assessment: z.strictObject({ key: Key, version: z.int() }),
	groups: z.array(ScaleGroup),
	scales: z.array(ScaleResult),
	/** Null unless all six interest types have a number. */
	interests: z.nullable(Interests),
	choices: z.array(ChoiceResult),
	/** How to read this profile; to be shown with it. */
	notes: z.array(LocalizedText),
});
export type Profile = z.infer<typeof Profile>;
