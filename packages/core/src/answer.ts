import {
	Answer,
	QUESTION_TYPE_NAMES,
	type Question,
	type QuestionTypeName,
	questionRulesOf,
} from "./question-types/index.ts";
import { type Refusal, refuse } from "./refusal.ts";

/**
 * Whether an answer fits its question.
 * @returns null when it fits, else the reason. A question that is not answered is never passed here.
 */
export function checkAnswer(question: Question, answer: Answer): Refusal | null {
	return answer.type === question.type
		? questionRulesOf(question).check(question, answer)
		: refuseType(question, "an answer", answer);
}

/** Whether something half-done may be kept for a question. It may be incomplete. */
export function checkDraft(question: Question, draft: Answer): Refusal | null {
	return draft.type === question.type
		? questionRulesOf(question).checkDraft(question, draft)
		: refuseType(question, "a draft", draft);
}

function refuseType(question: Question, what: string, { type }: Answer): Refusal {
	return refuse(
		"answer_wrong_type",
		`This question takes ${what} of type "${question.type}", not "${type}".`,
	);
}

/** Whether two answers say the same, whatever the order of an object's keys or of chosen options. */
export function answersEqual(a: Answer, b: Answer): boolean {
	return a.type === b.type && comparable(a) === comparable(b);
}

function comparable(answer: Answer): string {
	return JSON.stringify(questionRulesOf(answer).comparable(answer));
}

/** Whether an answer says nothing yet: no option, no text. */
export function isEmptyAnswer(answer: Answer): boolean {
	return questionRulesOf(answer).isEmpty(answer);
}

/** The text that a student typed as an answer; null where answers are not typed. */
export function typedText(answer: Answer): string | null {
	return questionRulesOf(answer).typedText(answer);
}

/**
 * An answer or a draft as it was stored, in JSON.
 * @throws Error where it is none. One of a type that this version does not know is named: it is never read as
 *   one of another type
 */
export function readStoredAnswer(stored: unknown): Answer {
	if (typeof stored === "object" && stored !== null && "type" in stored) storedTypeName(stored.type);
	return Answer.parse(stored);
}

/** The type that something stored names. @throws Error for a type that this version does not know */
export function storedTypeName(type: unknown, of: "answer" | "question" = "answer"): QuestionTypeName {
	const known = QUESTION_TYPE_NAMES.find((name) => name === type);
	if (known) return known;
	throw new Error(
		`A stored ${of} is of the type ${JSON.stringify(type)}, which this version of CaRhythm does not know. Install the version that stored it.`,
	);
}
