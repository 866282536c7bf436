import { checkAnswer } from "../answer.ts";
import type { ChoiceResult } from "../question-types/choice-result.ts";
import { type Answer, type Question, reportsOf } from "../question-types/index.ts";

/**
 * What the student chose or ranked, as given; null for the other types and for an answer that does not fit
 * its question.
 */
export function reportChoice(question: Question, answer: Answer): ChoiceResult | null {
	if (checkAnswer(question, answer) !== null) return null;
	return reportsOf(question).chosen?.(question, answer) ?? null;
}
