import type { AnswerOf, QuestionTypeName } from "@carhythm/core";
import type { Locator, Page } from "@playwright/test";
import type { Language, Text } from "../support/words.ts";

/** A question as someone who has read the questionnaire knows it; each type adds fields of its own. */
export type AskedBase = {
	key: string;
	/** From 0. */
	index: number;
	chapter: number;
	text: Text;
};

/** Someone without a mouse. */
export type Keys = {
	page: Page;
	press(key: string, times?: number): Promise<void>;
	/** Presses Tab until this has the focus. */
	tabTo(target: Locator): Promise<void>;
};

/**
 * The control of one type on the page, as a test sees and touches it.
 * @template Q the question as someone who has read the questionnaire knows it
 */
export type PageObject<T extends QuestionTypeName, Q> = {
	type: T;
	/** Puts an answer in, by touching the page; returns whether the page then goes on by itself. */
	putIn(page: Page, language: Language, question: Q, answer: AnswerOf<T>): Promise<"goes_on" | "waits">;
	/** Puts an answer in without a mouse; returns how to go on from there. */
	putInByKeys(
		keys: Keys,
		language: Language,
		question: Q,
		answer: AnswerOf<T>,
	): Promise<"enter" | "next" | "accept">;
	/** The control on the screen shows this answer, whole and with nothing beside it. */
	seesAnswer(page: Page, language: Language, question: Q, answer: AnswerOf<T>): Promise<void>;
	/** An answer that depends on nothing but these; another turn gives another one. */
	answerFor(question: Q, language: Language, turn: number): AnswerOf<T>;
	/** The value under which the operator's export shows an answer. */
	exportedValue(question: Q, answer: AnswerOf<T>): unknown;
};

/** A number that differs from question to question, and from turn to turn. */
export function seedOf({ index }: AskedBase, turn: number): number {
	return index * 7 + turn * 3;
}
