import * as z from "#schema";
import type { SessionId } from "../ids.ts";
import { refuse } from "../refusal.ts";
import { seededRandom } from "../seeded-random.ts";
import { sum } from "../sum.ts";
import { LocalizedText, StorableText } from "../text.ts";
import { checkParts } from "./draft-parts.ts";
import type { RankScores, ScoreRange } from "./item-scores.ts";
import { onPage, type QuestionReports, type QuestionRules, questionBase } from "./question-type.ts";

/** Items to put in order. */
export const OrderingQuestion = z.strictObject({
	...questionBase,
	type: z.literal("ordering"),
	items: z.array(z.strictObject({ text: LocalizedText })),
	/** Shown in an order of its own for each session; see `presentedOrder`. */
	randomize: z.boolean(),
});
export type OrderingQuestion = z.infer<typeof OrderingQuestion>;

/** The texts of all items, best first, in either language. */
export const OrderingAnswer = z.object({
	type: z.literal("ordering"),
	ordered_items: z.array(StorableText).check(z.maxLength(500)),
	as_shown: z.optional(z.boolean()),
});
export type OrderingAnswer = z.infer<typeof OrderingAnswer>;

export const ordering = {
	type: "ordering",
	Question: OrderingQuestion,
	Answer: OrderingAnswer,
	check: (question, { ordered_items }) =>
		orderingIndexes(question, ordered_items)
			? null
			: refuse("answer_not_a_permutation", "Put all items of this question in order, each once."),
	checkDraft: ({ items }, { ordered_items }) =>
		checkParts(ordered_items, (text) =>
			items.findIndex((item) => item.text.en === text || item.text.ar === text),
		),
	comparable: ({ ordered_items, as_shown }) => [ordered_items, as_shown ?? false],
	isEmpty: () => false,
	typedText: () => null,
} satisfies QuestionRules<"ordering", OrderingQuestion, OrderingAnswer>;

/** What decides the range of a ranking's scores; also fits a question that has no id yet. */
type Scorable = { items: readonly { text: LocalizedText }[] };

export const orderingReports = {
	type: "ordering",
	OnPage: onPage(
		"ordering",
		z.object({
			items: z.array(z.object({ text: z.string() })),
			randomize: z.boolean(),
			item_id: z.nullable(z.string()),
		}),
	),
	scores_in: "rank_scores",
	scoreRange: ({ items }: Scorable, { rank_scores }, method) =>
		method === "points" && rank_scores !== undefined ? rankRange(items.length, rank_scores) : null,
	score(question, { rank_scores }, _method, { ordered_items }) {
		if (rank_scores === undefined) return undefined;
		const order = orderingIndexes(question, ordered_items) ?? [];
		const counted = order.map((index, place) => {
			const text = question.items[index]?.text.en;
			return text !== undefined && rank_scores.items.includes(text) ? (rank_scores.points[place] ?? 0) : 0;
		});
		return sum(counted);
	},
	chosen(question, { ordered_items }) {
		const order = orderingIndexes(question, ordered_items) ?? [];
		const texts = order.map((index) => question.items[index]?.text);
		return {
			type: "ordering",
			question: question.key,
			text: question.text,
			ranked: texts.filter((text) => text !== undefined),
		};
	},
	value_meaning: "the numbers of the items, best first",
	valueCell: ({ ordered_items }, question) =>
		(question && orderingIndexes(question, ordered_items)?.map((index) => index + 1)) ?? ordered_items,
	labelCell: ({ ordered_items }, question) =>
		orderingIndexes(question, ordered_items)?.map((index) => question.items[index]?.text.en ?? "") ??
		ordered_items,
	valuesMeaning: ({ items }, words) => items.map(({ text }, index) => `${index + 1} = ${words(text)}`),
} satisfies QuestionReports<"ordering", OrderingQuestion, OrderingAnswer>;

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
 * The positions of ordered texts among the question's items; null unless they are all the items, each once.
 * Texts of either language are understood, also mixed, so an order survives a change of language.
 */
export function orderingIndexes(question: OrderingQuestion, texts: readonly string[]): number[] | null {
	if (texts.length !== question.items.length) return null;
	const indexes = texts.map((text) =>
		question.items.findIndex((item) => item.text.en === text || item.text.ar === text),
	);
	return new Set(indexes).size === indexes.length && !indexes.includes(-1) ? indexes : null;
}

/**
 * The order in which a session sees the items of a ranking, as indexes into `question.items`. It depends on
 * the session and the question only, so every device and every return shows the same order.
 */
export function presentedOrder(question: OrderingQuestion, session_id: SessionId): number[] {
	const order = question.items.map((_, index) => index);
	if (!question.randomize) return order;
	const random = seededRandom(`${session_id}:${question.id}`);
	for (let last = order.length - 1; last > 0; last -= 1) {
		const other = Math.floor(random() * (last + 1));
		[order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
	}
	return order;
}
