import * as z from "zod/mini";
import type { Answer } from "../answer.ts";
import { Key, LocalizedText, type Question } from "../assessment.ts";

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
 * One question's part in a scale. A slider counts with its value; a single choice counts with `option_scores`, a number for
 * each option value. An option without a score ("I don't know") counts as unanswered.
 */
export const ScaleItem = z.strictObject({
	question: Key,
	/** Reverse-keyed: counts as minimum + maximum − value. */
	reverse: z.optional(z.boolean()),
	option_scores: z.optional(z.record(z.string(), z.number())),
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
	/** `mean`: the mean of the answered items, so the score keeps the range of one item. */
	method: z.literal("mean"),
	description: z.optional(LocalizedText),
	/** What a result in the lower, middle and higher part of the range says. */
	low_text: z.optional(LocalizedText),
	mid_text: z.optional(LocalizedText),
	high_text: z.optional(LocalizedText),
	/** Internal consistency (Cronbach's alpha, 0 to 1) as published, and for which text and sample. */
	reliability: z.optional(z.strictObject({ alpha: z.number(), source: z.string() })),
	items: z.array(ScaleItem),
});
export type Scale = z.infer<typeof Scale>;

/** The scoring key of one assessment version. It never leaves the server. */
export const Scoring = z.strictObject({
	groups: z.array(ScaleGroup),
	instruments: z.array(Instrument),
	scales: z.array(Scale),
});
export type Scoring = z.infer<typeof Scoring>;

/** The lowest and the highest score, in raw units. */
export type ScoreRange = { min: number; max: number };

/** What of a question decides its range of scores; also fits a question that has no id yet. */
export type ScorableQuestion =
	| Pick<Extract<Question, { type: "slider" }>, "type" | "min" | "max">
	| { type: "mcq"; multiple: boolean }
	| { type: "ordering" | "essay" };

/** The range of an item's score; null where the question has no score of this kind (essays, rankings, several choices). */
export function itemRange(question: ScorableQuestion, item: ScaleItem): ScoreRange | null {
	if (question.type === "slider") {
		return item.option_scores === undefined ? { min: question.min, max: question.max } : null;
	}
	if (question.type !== "mcq" || question.multiple || item.option_scores === undefined) return null;
	const scores = Object.values(item.option_scores);
	return scores.length > 0 ? { min: Math.min(...scores), max: Math.max(...scores) } : null;
}

/** The score of one answered item in raw units; null when the answer carries no score. */
export function itemScore(item: ScaleItem, range: ScoreRange, answer: Answer): number | null {
	const value = rawScore(item, answer);
	if (value === undefined) return null;
	return item.reverse ? reverseScore(value, range) : value;
}

/** A value seen from the other end of its range. Twice gives the value again. */
export function reverseScore(value: number, { min, max }: ScoreRange): number {
	return min + max - value;
}

function rawScore(item: ScaleItem, answer: Answer): number | undefined {
	if (answer.type === "slider") return answer.value;
	if (answer.type !== "mcq" || item.option_scores === undefined) return undefined;
	const [option] = answer.selected_options;
	return option !== undefined && Object.hasOwn(item.option_scores, option)
		? item.option_scores[option]
		: undefined;
}
