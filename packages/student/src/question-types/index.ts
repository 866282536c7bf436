import type { Answer, Language, Question, QuestionTypeName } from "@carhythm/core";
import type { Messages } from "../i18n/en.ts";
import { essay } from "./essay.tsx";
import { mcq } from "./mcq.tsx";
import { ordering } from "./ordering.tsx";
import type { StudentQuestionType } from "./question-type.ts";
import { slider } from "./slider.tsx";

/** What the student's page knows of every question type. */
const STUDENT_TYPES: { readonly [T in QuestionTypeName]: StudentQuestionType<T> } = {
	slider,
	mcq,
	ordering,
	essay,
};

/**
 * What the page knows of the type of a question or an answer. Where the type is not known, the compiler lets
 * any question meet any answer: compare their types before.
 */
export function studentTypeOf<T extends QuestionTypeName>({ type }: { type: T }): StudentQuestionType<T> {
	return STUDENT_TYPES[type];
}

/** An answer as a person would say it. */
export function answerWords(m: Messages, question: Question, answer: Answer, language: Language): string {
	const own = answer.type === question.type ? question : null;
	return studentTypeOf(answer).words(m, answer, own, language);
}
