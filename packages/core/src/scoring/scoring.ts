import * as z from "zod/mini";
import { type Answer, orderingIndexes } from "../answer.ts";
import { Key, LocalizedText, type Question } from "../assessment.ts";
import { unreachable } from "../unreachable.ts";

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

/** The part of a ranking that belongs to one scale. */
const RankScores = z.strictObject({
	/** The English texts of the items that count for the scale. */
	items: z.array(z.string()),
	/**
	 * What an item counts in the first place, the second place, and so on: one number for each item of the
	 * ranking.
	 */
	points: z.array(z.number()),
});
type RankScores = z.infer<typeof RankScores>;

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
	option_scores: z.optional(z.record(z.string(), z.number())),
	rank_scores: z.optional(RankScores),
});
export type ScaleItem = z.infer<typeof ScaleItem>;

/**
 * How the items of a scale make its score.
 *
 * - `mean`: the mean of the answered items, so the score keeps the range of one item. All items have one range.
 * - `points`: the sum of the items. Items may have different ranges; the range of the sum follows from them.
 */
export const ScaleMethod = z.enum(["mean", "points"]);
export type ScaleMethod = z.infer<typeof ScaleMethod>;

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

/** The lowest and the highest score, in raw units. */
export type ScoreRange = { min: number; max: number };

/** What of a question decides its range of scores; also fits a question that has no id yet. */
export type ScorableQuestion =
	| Pick<Extract<Question, { type: "slider" }>, "type" | "min" | "max">
	| { type: "mcq"; multiple: boolean; choices: readonly { value: string }[] }
	| { type: "ordering"; items: readonly { text: LocalizedText }[] }
	| { type: "essay" };

/** The range of an item's score; null where the question has no score of this kind. */
export function itemRange(
	question: ScorableQuestion,
	item: ScaleItem,
	method: ScaleMethod,
): ScoreRange | null {
	switch (question.type) {
		case "slider":
			return item.option_scores === undefined && item.rank_scores === undefined
				? { min: question.min, max: question.max }
				: null;
		case "mcq":
			return item.option_scores === undefined ? null : choiceRange(question, item.option_scores, method);
		case "ordering":
			return method === "points" && item.rank_scores !== undefined
				? rankRange(question.items.length, item.rank_scores)
				: null;
		case "essay":
			return null;
		default:
			return unreachable(question);
	}
}

function choiceRange(
	{ multiple, choices }: Extract<ScorableQuestion, { type: "mcq" }>,
	option_scores: Readonly<Record<string, number>>,
	method: ScaleMethod,
): ScoreRange | null {
	if (method === "mean") {
		const scores = Object.values(option_scores);
		return multiple || scores.length === 0 ? null : { min: Math.min(...scores), max: Math.max(...scores) };
	}
	const scores = choices.map(({ value }) => ownScore(option_scores, value) ?? 0);
	if (!multiple) return { min: Math.min(...scores), max: Math.max(...scores) };
	// At least one option is chosen. Without a negative one, the lowest sum is the lowest score alone.
	const negative = scores.filter((score) => score < 0);
	const positive = scores.filter((score) => score > 0);
	return {
		min: negative.length > 0 ? sum(negative) : Math.min(...scores),
		max: positive.length > 0 ? sum(positive) : Math.max(...scores),
	};
}

/** The items of the scale take the lowest or the highest places. */
function rankRange(places: number, { items, points }: RankScores): ScoreRange | null {
	if (points.length !== places) return null;
	const sorted = [...points].sort((a, b) => a - b);
	return {
		min: sum(sorted.slice(0, items.length)),
		max: sum(sorted.slice(sorted.length - items.length)),
	};
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
	const value = rawScore(question, item, method, answer);
	if (value === undefined) return null;
	return item.reverse ? reverseScore(value, range) : value;
}

/** A value seen from the other end of its range. Twice gives the value again. */
export function reverseScore(value: number, { min, max }: ScoreRange): number {
	return min + max - value;
}

function rawScore(
	question: Question,
	{ option_scores, rank_scores }: ScaleItem,
	method: ScaleMethod,
	answer: Answer,
): number | undefined {
	switch (answer.type) {
		case "slider":
			return answer.value;
		case "mcq": {
			if (option_scores === undefined) return undefined;
			const scores = answer.selected_options.map((option) => ownScore(option_scores, option));
			return method === "mean" ? scores[0] : sum(scores.map((score) => score ?? 0));
		}
		case "ordering": {
			if (rank_scores === undefined || question.type !== "ordering") return undefined;
			const order = orderingIndexes(question, answer.ordered_items) ?? [];
			const counted = order.map((index, place) => {
				const text = question.items[index]?.text.en;
				return text !== undefined && rank_scores.items.includes(text) ? (rank_scores.points[place] ?? 0) : 0;
			});
			return sum(counted);
		}
		case "essay":
			return undefined;
		default:
			return unreachable(answer);
	}
}

function ownScore(scores: Readonly<Record<string, number>>, option: string): number | undefined {
	return Object.hasOwn(scores, option) ? scores[option] : undefined;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
