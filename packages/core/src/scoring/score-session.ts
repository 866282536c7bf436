import type { Assessment } from "../assessment.ts";
import type { ChoiceResult } from "../question-types/choice-result.ts";
import type { Answer, Question } from "../question-types/index.ts";
import type { LocalizedText } from "../text.ts";
import { reportChoice } from "./choices.ts";
import { compareInterests } from "./interests.ts";
import type { Profile, ScaleResult } from "./profile.ts";
import { type Answered, scoreScale } from "./scale-score.ts";
import type { Scoring } from "./scoring.ts";

/**
 * Scores a session, whole or with gaps.
 * @param answers the present answers by question id; a question without an entry is unanswered
 */
export function scoreSession(
	assessment: Assessment,
	scoring: Scoring,
	answers: ReadonlyMap<number, Answer>,
): Profile {
	const answered = answeredBy(assessment, answers);
	const scales = scoring.scales.map((scale) => scoreScale(scale, answered));
	const interests = compareInterests(scales);
	const scored = new Set(scoring.scales.flatMap((scale) => scale.items.map((item) => item.question)));
	return {
		version: "carhythm/1",
		assessment: { key: assessment.key, version: assessment.version },
		groups: scoring.groups,
		scales,
		interests,
		choices: reportChoices(
			questionsOf(assessment).filter((question) => !scored.has(question.key)),
			answers,
		),
		notes: notesFor(scales),
	};
}

/** What scales are scored from: the questions of an assessment by key, and a session's answers. */
export function answeredBy(assessment: Assessment, answers: ReadonlyMap<number, Answer>): Answered {
	const by_key = new Map(questionsOf(assessment).map((question) => [question.key, question]));
	return {
		question: (key) => known(by_key.get(key), key),
		answer: (question) => answers.get(question.id),
	};
}

function questionsOf(assessment: Assessment): Question[] {
	return assessment.chapters.flatMap((chapter) => chapter.pages.flatMap((page) => page.questions));
}

function known(question: Question | undefined, key: string): Question {
	if (question === undefined) throw new Error(`The scoring names a question that does not exist: ${key}`);
	return question;
}

function reportChoices(questions: Question[], answers: ReadonlyMap<number, Answer>): ChoiceResult[] {
	const choices: ChoiceResult[] = [];
	for (const question of questions) {
		const answer = answers.get(question.id);
		const choice = answer ? reportChoice(question, answer) : null;
		if (choice !== null) choices.push(choice);
	}
	return choices;
}

function notesFor(scales: readonly ScaleResult[]): LocalizedText[] {
	const has = (status: ScaleResult["status"]) => scales.some((scale) => scale.status === status);
	const notes: LocalizedText[] = [];
	if (scales.length > 0) notes.push(OWN_RANGE);
	if (has("prorated")) notes.push(PRORATED);
	if (has("preliminary")) notes.push(PRELIMINARY);
	if (has("not_enough")) notes.push(NOT_ENOUGH);
	return notes;
}

const OWN_RANGE: LocalizedText = {
	en: "Each result shows where your answers lie between the two ends of its scale. It does not compare you with other people.",
	ar: "تبيّن كل نتيجة موقع إجاباتك بين طرفي المقياس، ولا تقارنك بالآخرين.",
};
const PRORATED: LocalizedText = {
	en: "Where a few answers are missing, the result is the mean of those that are given, and is marked.",
	ar: "حيث تنقص إجابات قليلة، تكون النتيجة متوسط الإجابات الموجودة، مع الإشارة إلى ذلك.",
};
const PRELIMINARY: LocalizedText = {
	en: "Where more answers are missing, only a preliminary band is shown, without a number.",
	ar: "حيث تنقص إجابات أكثر، يظهر نطاق أوّلي فقط دون رقم.",
};
const NOT_ENOUGH: LocalizedText = {
	en: "Where too few questions are answered, there is no result. A missing answer never counts as low.",
	ar: "حيث تكون الإجابات أقل من اللازم، لا تظهر نتيجة. ولا تُحسب الإجابة الناقصة درجةً منخفضة أبدًا.",
};
