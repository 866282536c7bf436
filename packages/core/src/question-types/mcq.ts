import * as z from "#schema";
import { refuse } from "../refusal.ts";
import { sum } from "../sum.ts";
import { LocalizedText, StorableText } from "../text.ts";
import { checkParts } from "./draft-parts.ts";
import type { ItemScores, ScaleMethod, ScoreRange } from "./item-scores.ts";
import { onPage, type QuestionReports, type QuestionRules, questionBase } from "./question-type.ts";

/** One or several options among some. */
export const McqQuestion = z.strictObject({
	...questionBase,
	type: z.literal("mcq"),
	multiple: z.boolean(),
	choices: z.array(z.strictObject({ value: z.string(), label: LocalizedText })),
});
export type McqQuestion = z.infer<typeof McqQuestion>;

export const McqAnswer = z.object({
	type: z.literal("mcq"),
	selected_options: z.array(StorableText).check(z.maxLength(500)),
});
export type McqAnswer = z.infer<typeof McqAnswer>;

export const mcq = {
	type: "mcq",
	Question: McqQuestion,
	Answer: McqAnswer,
	check({ multiple, choices }, { selected_options }) {
		if (selected_options.length === 0) return refuse("answer_empty", "Choose at least one option.");
		if (!multiple && selected_options.length > 1) {
			return refuse("answer_too_many_options", "Choose one option only.");
		}
		if (new Set(selected_options).size !== selected_options.length) {
			return refuse("answer_repeated_option", "Choose each option once.");
		}
		const known = new Set(choices.map((choice) => choice.value));
		return selected_options.every((option) => known.has(option))
			? null
			: refuse("answer_unknown_option", "Choose among the options of this question.");
	},
	checkDraft: ({ choices }, { selected_options }) =>
		checkParts(selected_options, (option) => choices.findIndex(({ value }) => value === option)),
	// In whatever order they were ticked.
	comparable: ({ selected_options }) => [...selected_options].sort(),
	isEmpty: ({ selected_options }) => selected_options.length === 0,
	typedText: () => null,
} satisfies QuestionRules<"mcq", McqQuestion, McqAnswer>;

/** What decides the range of a choice's scores; also fits a question that has no id yet. */
type Scorable = { multiple: boolean; choices: readonly { value: string }[] };

export const mcqReports = {
	type: "mcq",
	OnPage: onPage(
		"mcq",
		z.object({
			choices: z.array(z.object({ label: z.string(), value: z.string() })),
			multiple: z.boolean(),
			item_id: z.nullable(z.string()),
		}),
	),
	scores_in: "option_scores",
	scoreRange: (question: Scorable, { option_scores }, method) =>
		option_scores === undefined ? null : choiceRange(question, option_scores, method),
	score(_question, { option_scores }, method, { selected_options }) {
		if (option_scores === undefined) return undefined;
		const scores = selected_options.map((option) => ownScore(option_scores, option));
		return method === "mean" ? scores[0] : sum(scores.map((score) => score ?? 0));
	},
	chosen({ key, text, multiple, choices }, { selected_options }) {
		const chosen = new Set(selected_options);
		const selected = choices.filter(({ value }) => chosen.has(value));
		return { type: "mcq", question: key, text, multiple, selected };
	},
	value_meaning: "the values of the chosen options",
	valueCell: ({ selected_options }, question) =>
		question && !question.multiple ? (selected_options[0] ?? null) : selected_options,
	labelCell({ selected_options }, { choices, multiple }) {
		const labels = selected_options.map(
			(option) => choices.find(({ value }) => value === option)?.label.en ?? option,
		);
		return multiple ? labels : (labels[0] ?? null);
	},
	valuesMeaning: ({ choices }, words) => choices.map(({ value, label }) => `${value} = ${words(label)}`),
} satisfies QuestionReports<"mcq", McqQuestion, McqAnswer>;

function choiceRange(
	{ multiple, choices }: Scorable,
	option_scores: NonNullable<ItemScores["option_scores"]>,
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

function ownScore(scores: Readonly<Record<string, number>>, option: string): number | undefined {
	return Object.hasOwn(scores, option) ? scores[option] : undefined;
}
