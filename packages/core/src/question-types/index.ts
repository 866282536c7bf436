import * as z from "#schema";
import { essay, essayReports } from "./essay.ts";
import type { ItemScores, ScaleMethod, ScoreRange } from "./item-scores.ts";
import { mcq, mcqReports } from "./mcq.ts";
import { ordering, orderingReports } from "./ordering.ts";
import type { QuestionReports, QuestionRules } from "./question-type.ts";
import { slider, sliderReports } from "./slider.ts";

const rules = { slider, mcq, ordering, essay };

/** The types of questions. All else that has a part for each type is keyed by these names. */
export type QuestionTypeName = keyof typeof rules;
export type QuestionOf<T extends QuestionTypeName> = z.infer<(typeof rules)[T]["Question"]>;
export type AnswerOf<T extends QuestionTypeName> = z.infer<(typeof rules)[T]["Answer"]>;

/** A question of any type. */
export type Question = QuestionOf<QuestionTypeName>;
/** An answer to one question, by the question's type. */
export type Answer = AnswerOf<QuestionTypeName>;

type Rules<T extends QuestionTypeName> = QuestionRules<T, QuestionOf<T>, AnswerOf<T>>;
type Reports<T extends QuestionTypeName> = QuestionReports<T, QuestionOf<T>, AnswerOf<T>>;

/** The rules of every type. */
export const QUESTION_TYPES: { readonly [T in QuestionTypeName]: Rules<T> } = rules;

export const QUESTION_TYPE_NAMES = /* @__PURE__ */ Object.keys(rules) as readonly QuestionTypeName[];

const reports = {
	slider: sliderReports,
	mcq: mcqReports,
	ordering: orderingReports,
	essay: essayReports,
} satisfies { [T in QuestionTypeName]: Reports<T> };

/** The reports of every type. The browser imports nothing of them. */
export const QUESTION_REPORTS: { readonly [T in QuestionTypeName]: Reports<T> } = reports;

export const Question = z.discriminatedUnion("type", schemasOf(rules, "Question"));
/** Unknown fields are dropped. */
export const Answer = z.discriminatedUnion("type", schemasOf(rules, "Answer"));
/** A question as `GET /questions` gives it. */
export const QuestionOnPage = /* @__PURE__ */ z.discriminatedUnion(
	"type",
	/* @__PURE__ */ schemasOf(reports, "OnPage"),
);

/** What of a question decides its range of scores; also fits a question that has no id yet. */
export type ScorableQuestion = { [T in QuestionTypeName]: { type: T } & Scorable<T> }[QuestionTypeName];
type Scorable<T> = T extends keyof typeof reports ? Parameters<(typeof reports)[T]["scoreRange"]>[0] : never;
type Ranges<T extends QuestionTypeName> = {
	scoreRange(question: Scorable<T>, item: ItemScores, method: ScaleMethod): ScoreRange | null;
};

/**
 * The rules of the type of a question, an answer or a draft. Where the type is not known, the compiler lets any
 * question meet any answer: compare their types before, as `checkAnswer` does.
 */
export function questionRulesOf<T extends QuestionTypeName>({ type }: { type: T }): Rules<T> {
	return QUESTION_TYPES[type];
}

/** As {@link questionRulesOf}. */
export function reportsOf<T extends QuestionTypeName>({ type }: { type: T }): Reports<T> {
	return QUESTION_REPORTS[type];
}

/** As {@link questionRulesOf}, for questions without an id. */
export function rangesOf<T extends QuestionTypeName>({ type }: { type: T }): Ranges<T> {
	const ranges: { readonly [N in QuestionTypeName]: Ranges<N> } = reports;
	return ranges[type];
}

/**
 * One schema of each type, in the order of the table. The cast says what `Object.values` forgets: whose schemas
 * these are, and that there is at least one.
 */
export function schemasOf<Table extends Record<string, Record<K, z.ZodMiniType>>, K extends string>(
	table: Table,
	name: K,
) {
	type Schema = Table[keyof Table][K];
	return Object.values(table).map((type) => type[name]) as [Schema, ...Schema[]];
}
