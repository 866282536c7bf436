import type { AnswerOf, Language, QuestionOf, QuestionTypeName, SessionId } from "@carhythm/core";
import type { ComponentType } from "preact";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import type { Messages } from "../i18n/en.ts";

/** What the student's page must know of a question type. */
export type StudentQuestionType<T extends QuestionTypeName> = {
	/** What the question is answered with. */
	Control: ComponentType<{ work: AnswerEditor; question: QuestionOf<T> }>;
	/**
	 * What accepting the question as it is shown would answer, with the words for it; null where nothing is
	 * shown before it is touched.
	 */
	asShown(
		m: Messages,
		question: QuestionOf<T>,
		to: { session_id: SessionId; language: Language },
	): { answer: AnswerOf<T>; text: string } | null;
	/**
	 * An answer as a person would say it.
	 * @param question null where the answer is of another type, as the existing product accepted it
	 */
	words(m: Messages, answer: AnswerOf<T>, question: QuestionOf<T> | null, language: Language): string;
};
