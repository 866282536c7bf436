import type { Answer } from "@carhythm/core";
import type { Page } from "@playwright/test";
import { type Asked, pageObjectOf } from "../question-types/index.ts";
import type { Keys } from "../question-types/page-object.ts";
import type { Language } from "./words.ts";

/** Puts an answer in, by touching the page; returns whether the page then goes on by itself. */
export async function putIn(
	page: Page,
	language: Language,
	question: Asked,
	answer: Answer,
): Promise<"goes_on" | "waits"> {
	return fitting(question, answer).putIn(page, language, question, answer);
}

/** Puts an answer in without a mouse; returns how to go on from there. */
export async function putInByKeys(
	keys: Keys,
	language: Language,
	question: Asked,
	answer: Answer,
): Promise<"enter" | "next" | "accept"> {
	return fitting(question, answer).putInByKeys(keys, language, question, answer);
}

/** The control on the screen shows this answer, whole and with nothing beside it. */
export async function seesAnswer(
	page: Page,
	language: Language,
	question: Asked,
	answer: Answer,
): Promise<void> {
	await fitting(question, answer).seesAnswer(page, language, question, answer);
}

/** An answer that is different from question to question, always the same for one question and turn. */
export function answerFor(question: Asked, language: Language, turn = 0): Answer {
	return pageObjectOf(question).answerFor(question, language, turn);
}

/** The value under which the operator's export shows an answer. */
export function exportedValue(question: Asked, answer: Answer): unknown {
	return fitting(question, answer).exportedValue(question, answer);
}

function fitting(question: Asked, { type }: Answer) {
	if (type !== question.type) throw new Error(`A question of type ${question.type} takes no ${type}.`);
	return pageObjectOf(question);
}
