import * as z from "zod/mini";
import type { EssayQuestion, McqQuestion, OrderingQuestion, Question, SliderQuestion } from "./assessment.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { unreachable } from "./unreachable.ts";

/** Longest essay in code points where the question itself sets no limit. */
export const ESSAY_LIMIT = 20_000;

// The two databases disagree on NUL and on lone surrogates (one changes them silently, the other fails), so
// neither gets in.
const FORBIDDEN_TEXT = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Text that both databases store and return unchanged: no NUL, no lone surrogate. */
export const StorableText = z
	.string()
	.check(
		z.refine((value) => !FORBIDDEN_TEXT.test(value), "must not contain NUL or broken Unicode characters"),
	);

/**
 * `as_shown` is true when the student confirmed the position or order that was shown, without moving it. An
 * untouched slider or ranking is no answer at all.
 */
export const SliderAnswer = z.object({
	type: z.literal("slider"),
	value: z.number(),
	as_shown: z.optional(z.boolean()),
});
export const McqAnswer = z.object({
	type: z.literal("mcq"),
	selected_options: z.array(StorableText).check(z.maxLength(500)),
});
/** The texts of all items, best first, in either language. */
export const OrderingAnswer = z.object({
	type: z.literal("ordering"),
	ordered_items: z.array(StorableText).check(z.maxLength(500)),
	as_shown: z.optional(z.boolean()),
});
export const EssayAnswer = z.object({ type: z.literal("essay"), text: StorableText });

/** An answer to one question, by the question's type. Unknown fields are dropped. */
export const Answer = z.discriminatedUnion("type", [SliderAnswer, McqAnswer, OrderingAnswer, EssayAnswer]);
export type Answer = z.infer<typeof Answer>;
export type SliderAnswer = z.infer<typeof SliderAnswer>;
export type McqAnswer = z.infer<typeof McqAnswer>;
export type OrderingAnswer = z.infer<typeof OrderingAnswer>;
export type EssayAnswer = z.infer<typeof EssayAnswer>;

/**
 * Whether an answer fits its question.
 * @returns null when it fits, else the reason. A question that is not answered is never passed here.
 */
export function checkAnswer(question: Question, answer: Answer): Refusal | null {
	switch (question.type) {
		case "slider":
			return answer.type === "slider" ? checkSlider(question, answer) : wrongType(question, answer);
		case "mcq":
			return answer.type === "mcq" ? checkMcq(question, answer) : wrongType(question, answer);
		case "ordering":
			return answer.type === "ordering" ? checkOrdering(question, answer) : wrongType(question, answer);
		case "essay":
			return answer.type === "essay" ? checkEssay(question, answer) : wrongType(question, answer);
		default:
			return unreachable(question);
	}
}

function wrongType(question: Question, answer: Answer): Refusal {
	return refuse(
		"answer_wrong_type",
		`This question takes an answer of type "${question.type}", not "${answer.type}".`,
	);
}

function checkSlider(question: SliderQuestion, { value }: SliderAnswer): Refusal | null {
	if (value < question.min || value > question.max) {
		return refuse("answer_out_of_range", `Choose a value from ${question.min} to ${question.max}.`);
	}
	const steps = (value - question.min) / question.step;
	// Steps such as 0.1 are not exact in binary; a millionth of a step is.
	if (Math.abs(steps - Math.round(steps)) > 1e-6) {
		return refuse("answer_off_step", `Choose a value in steps of ${question.step} from ${question.min}.`);
	}
	return null;
}

function checkMcq(question: McqQuestion, { selected_options }: McqAnswer): Refusal | null {
	if (selected_options.length === 0) return refuse("answer_empty", "Choose at least one option.");
	if (!question.multiple && selected_options.length > 1) {
		return refuse("answer_too_many_options", "Choose one option only.");
	}
	if (new Set(selected_options).size !== selected_options.length) {
		return refuse("answer_repeated_option", "Choose each option once.");
	}
	const known = new Set(question.choices.map((choice) => choice.value));
	return selected_options.every((option) => known.has(option))
		? null
		: refuse("answer_unknown_option", "Choose among the options of this question.");
}

function checkOrdering(question: OrderingQuestion, { ordered_items }: OrderingAnswer): Refusal | null {
	return orderingIndexes(question, ordered_items)
		? null
		: refuse("answer_not_a_permutation", "Put all items of this question in order, each once.");
}

function checkEssay(question: EssayQuestion, { text }: EssayAnswer): Refusal | null {
	if (text.trim() === "") return refuse("answer_empty", "Write something, or leave the question for later.");
	const limit = question.char_limit ?? ESSAY_LIMIT;
	return countCharacters(text) <= limit
		? null
		: refuse("answer_too_long", `Shorten the text to ${limit} characters.`);
}

/**
 * The length of a text in Unicode code points, the unit of `char_limit`: an emoji counts once or a few times,
 * never as halves.
 */
export function countCharacters(text: string): number {
	let count = 0;
	for (const _ of text) count += 1;
	return count;
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

/** Whether two answers say the same, whatever the order of an object's keys or of chosen options. */
export function answersEqual(a: Answer, b: Answer): boolean {
	return canonical(a) === canonical(b);
}

function canonical(answer: Answer): string {
	switch (answer.type) {
		case "slider":
			return JSON.stringify(["slider", answer.value, answer.as_shown ?? false]);
		case "mcq":
			return JSON.stringify(["mcq", [...answer.selected_options].sort()]);
		case "ordering":
			return JSON.stringify(["ordering", answer.ordered_items, answer.as_shown ?? false]);
		case "essay":
			return JSON.stringify(["essay", answer.text]);
		default:
			return unreachable(answer);
	}
}
