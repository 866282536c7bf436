import * as z from "#schema";
import type { Refusal } from "../refusal.ts";
import { Key, LocalizedText } from "../text.ts";
import type { ChoiceResult } from "./choice-result.ts";
import type { ItemScores, ScaleMethod, ScoreRange } from "./item-scores.ts";

// What the module of a question type must hold. Each module exports two values: its rules, which browser and
// server need, and its reports, which only the server needs. They are apart so that no report is in the
// student's first load.

/** The fields of every question, whatever its type. */
export const questionBase = {
	/** The row in `questions`; the same item keeps its id in later versions of the assessment. */
	id: z.int(),
	key: Key,
	/**
	 * What a database of the existing product calls the item, where that is no key; null where it has no name
	 * for it.
	 */
	item_id: z.optional(z.nullable(z.string())),
	text: LocalizedText,
	required: z.boolean(),
	scene_title: z.optional(LocalizedText),
	scene_narrative: z.optional(LocalizedText),
	scene_image: z.optional(z.string()),
	scene_theme: z.optional(z.string()),
};

/**
 * A question as `GET /questions` gives it. The annotation lets the bundler leave it out of the browser's part,
 * which it cannot do with fields that are spread in every module.
 */
/* @__NO_SIDE_EFFECTS__ */
export function onPage<T extends string, O extends z.ZodMiniType>(type: T, options: O) {
	return z.object({
		id: z.int(),
		text: z.string(),
		scene_title: z.nullable(z.string()),
		scene_narrative: z.nullable(z.string()),
		scene_image: z.nullable(z.string()),
		scene_theme: z.nullable(z.string()),
		required: z.boolean(),
		type: z.literal(type),
		options,
	});
}

/** By which rules a question of one type is answered. */
export type QuestionRules<T extends string, Q, A> = {
	type: T;
	Question: z.ZodMiniType<Q>;
	Answer: z.ZodMiniType<A>;
	/** Whether an answer fits its question: null when it fits, else the reason. */
	check(question: Q, answer: A): Refusal | null;
	/** Whether something half-done may be kept. It may be incomplete, and holds nothing that its question does not. */
	checkDraft(question: Q, draft: A): Refusal | null;
	/** Two answers say the same when this is the same in JSON. */
	comparable(answer: A): unknown;
	/** Whether an answer says nothing yet: no option, no text. */
	isEmpty(answer: A): boolean;
	/** The text that the student typed; null for a type whose answers are not typed. */
	typedText(answer: A): string | null;
};

/** A list stays one in JSON; in CSV its parts are separated by ` | `. */
export type Cell = string | number | null | readonly (string | number)[];

/** What of a question and its answers is told to others than the student: scores, results, exports, other clients. */
export type QuestionReports<T extends string, Q, A> = {
	type: T;
	/** The question as `GET /questions` gives it. */
	OnPage: z.ZodMiniType<{ type: T; options: object }>;
	/** The field of a scale's item that says what the answers count; null for a type that needs none. */
	scores_in: keyof ItemScores | null;
	/** The range of an item's score; null where the question has no score of this kind. */
	scoreRange(question: Q, item: ItemScores, method: ScaleMethod): ScoreRange | null;
	/** What the answer counts, before reversing; undefined when it carries no score. */
	score(question: Q, item: ItemScores, method: ScaleMethod, answer: A): number | undefined;
	/** What the student chose, for the results; null for a type that they do not show. */
	chosen: ((question: Q, answer: A) => Extract<ChoiceResult, { type: T }>) | null;
	/** What the value in an export is, for its codebook. */
	value_meaning: string;
	/**
	 * The answer in an export.
	 * @param question null where the answer was taken over from the existing product, which accepted answers
	 *   of another type than the question's
	 */
	valueCell(answer: A, question: Q | null): Cell;
	/** What the value means, in English; null where it says all by itself. */
	labelCell(answer: A, question: Q): Cell;
	/** What the values of a question mean, for the codebook. */
	valuesMeaning(question: Q, words: (text: LocalizedText) => string): Cell;
};
