import type { AssessmentIndex, Chapter, IndexedQuestion } from "./assessment.ts";
import { badgesFor, type Progress, progressOf, xpFor } from "./progress.ts";
import type { Answer } from "./question-types/index.ts";
import type { SessionState } from "./session.ts";
import { toMillis } from "./time.ts";

/** The standing answer to a question; null when there is none. */
export function answerTo(state: SessionState, question_id: number): Answer | null {
	return state.answers[question_id]?.answer ?? null;
}

/** What is half-done on a question; null when nothing is. */
export function draftOf(state: SessionState, question_id: number): Answer | null {
	return state.drafts[question_id]?.draft ?? null;
}

/** Progress of the whole session. */
export function sessionProgress(index: AssessmentIndex, state: SessionState): Progress {
	return progressOf(state.answered, index.places.length);
}

/** XP of the session: 10 for each distinct question ever answered. */
export function sessionXp(state: SessionState): number {
	return xpFor(state.ever_answered);
}

/** Badges of the session, in the order in which they were reached. */
export function sessionBadges(state: SessionState): string[] {
	return badgesFor(state.ever_answered);
}

/** Whether the student has put anything into the session that would be missed. */
export function isUntouched(state: SessionState): boolean {
	return state.ever_answered === 0 && Object.values(state.drafts).every((record) => record.draft === null);
}

/**
 * The index of the question to show on return: the very one where the student was, else the first without an
 * answer, else the last one.
 */
export function resumeIndex(index: AssessmentIndex, state: SessionState): number {
	const { place } = state;
	const here = place?.question_id ? index.by_question.get(place.question_id) : undefined;
	if (here) return here.index;
	return firstUnanswered(index, state)?.index ?? index.places.length - 1;
}

/**
 * Where a front end that sends no moves begins on return: where the student went last, and after an answer at the
 * next question without one. Null for an assessment without questions.
 * @example After answers to questions 1 to 3 and no move, `{ page_id: 1, question_id: 4 }`.
 */
export function resumeAt(
	index: AssessmentIndex,
	state: SessionState,
): { page_id: number; question_id: number } | null {
	const start = resumeIndex(index, state);
	const here = index.places[start];
	if (!here) return null;
	const hasGoneThere = state.answers[here.question.id]?.operation_id !== state.place?.operation_id;
	const isOpen = ({ question }: IndexedQuestion) => answerTo(state, question.id) === null;
	const next = index.places.slice(start).find(isOpen) ?? index.places.find(isOpen) ?? here;
	const { page, question } = hasGoneThere ? here : next;
	return { page_id: page.id, question_id: question.id };
}

/** The first question without an answer; null when all have one. */
function firstUnanswered(index: AssessmentIndex, state: SessionState): IndexedQuestion | null {
	return index.places.find((place) => !answerTo(state, place.question.id)) ?? null;
}

/** The questions without an answer, in order. */
export function unanswered(index: AssessmentIndex, state: SessionState): IndexedQuestion[] {
	return index.places.filter((place) => !answerTo(state, place.question.id));
}

/** The questions that two devices answered without seeing each other's answer, in order: see `AnswerRecord.other`. */
export function conflictedQuestions(index: AssessmentIndex, state: SessionState): IndexedQuestion[] {
	return index.places.filter((place) => state.answers[place.question.id]?.other !== undefined);
}

/** How far each chapter is. */
export function chapterProgress(
	index: AssessmentIndex,
	state: SessionState,
): { chapter: Chapter; answered: number; total: number }[] {
	return index.assessment.chapters.map((chapter) => {
		const places = index.places.filter((place) => place.chapter === chapter);
		const answered = places.filter((place) => answerTo(state, place.question.id)).length;
		return { chapter, answered, total: places.length };
	});
}

const LONGEST_THOUGHT_MS = 120_000;
const GAPS_FOR_OWN_PACE = 5;

/**
 * Whole minutes left, at least 1 while questions are open: at the student's own pace (the median time between
 * answers, breaks over two minutes left out) once there are enough answers to tell, else as the assessment
 * estimates.
 */
export function minutesLeft(index: AssessmentIndex, state: SessionState): number {
	const open = index.places.length - state.answered;
	if (open <= 0) return 0;
	const estimated = (index.assessment.estimated_minutes * 60_000) / Math.max(1, index.places.length);
	return Math.max(1, Math.round((open * (ownPace(state) ?? estimated)) / 60_000));
}

function ownPace(state: SessionState): number | null {
	const times = Object.values(state.answers)
		.map((record) => toMillis(record.at))
		.sort((a, b) => a - b);
	const gaps = times
		.slice(1)
		.map((time, i) => time - (times[i] ?? time))
		.filter((gap) => gap > 0 && gap <= LONGEST_THOUGHT_MS)
		.sort((a, b) => a - b);
	return gaps.length < GAPS_FOR_OWN_PACE ? null : (gaps[Math.floor(gaps.length / 2)] ?? null);
}
