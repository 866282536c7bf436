import * as z from "#schema";
import { refuse } from "../refusal.ts";
import { LocalizedText } from "../text.ts";
import { onPage, type QuestionReports, type QuestionRules, questionBase } from "./question-type.ts";

/** A number on a scale. With one label per step it is shown as a row of choices, otherwise as a slider. */
export const SliderQuestion = z.strictObject({
	...questionBase,
	type: z.literal("slider"),
	min: z.number(),
	max: z.number(),
	step: z.number(),
	min_label: z.optional(LocalizedText),
	max_label: z.optional(LocalizedText),
	scale_labels: z.array(LocalizedText),
});
export type SliderQuestion = z.infer<typeof SliderQuestion>;

/**
 * `as_shown` is true when the student confirmed the position or order that was shown, without moving it. An
 * untouched slider or ranking is no answer at all.
 */
export const SliderAnswer = z.object({
	type: z.literal("slider"),
	value: z.number(),
	as_shown: z.optional(z.boolean()),
});
export type SliderAnswer = z.infer<typeof SliderAnswer>;

export const slider = {
	type: "slider",
	Question: SliderQuestion,
	Answer: SliderAnswer,
	check({ min, max, step }, { value }) {
		if (value < min || value > max) {
			return refuse("answer_out_of_range", `Choose a value from ${min} to ${max}.`);
		}
		const steps = (value - min) / step;
		// Steps such as 0.1 are not exact in binary; a millionth of a step is.
		return Math.abs(steps - Math.round(steps)) > 1e-6
			? refuse("answer_off_step", `Choose a value in steps of ${step} from ${min}.`)
			: null;
	},
	checkDraft: () => null,
	comparable: ({ value, as_shown }) => [value, as_shown ?? false],
	isEmpty: () => false,
	typedText: () => null,
} satisfies QuestionRules<"slider", SliderQuestion, SliderAnswer>;

export const sliderReports = {
	type: "slider",
	OnPage: onPage(
		"slider",
		z.object({
			min: z.number(),
			max: z.number(),
			step: z.number(),
			min_label: z.nullable(z.string()),
			max_label: z.nullable(z.string()),
			scale_labels: z.array(z.string()),
			item_id: z.nullable(z.string()),
		}),
	),
	scores_in: null,
	scoreRange: ({ min, max }: Pick<SliderQuestion, "min" | "max">, { option_scores, rank_scores }) =>
		option_scores === undefined && rank_scores === undefined ? { min, max } : null,
	score: (_question, _item, _method, { value }) => value,
	chosen: null,
	value_meaning: "the number",
	valueCell: ({ value }) => value,
	labelCell: ({ value }, { min, step, scale_labels }) =>
		scale_labels[Math.round((value - min) / step)]?.en ?? null,
	valuesMeaning({ min, max, step, scale_labels, min_label, max_label }, words) {
		if (scale_labels.length > 0) {
			return scale_labels.map((label, index) => `${min + index * step} = ${words(label)}`);
		}
		const end = (value: number, label: LocalizedText | undefined) =>
			label ? `${value} = ${words(label)}` : value;
		return [end(min, min_label), end(max, max_label), `step ${step}`];
	},
} satisfies QuestionReports<"slider", SliderQuestion, SliderAnswer>;
