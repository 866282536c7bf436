import {
	type Answer,
	inLanguage,
	type Language,
	presentedOrder,
	type Question,
	type SessionId,
} from "@carhythm/core";
import type { Messages } from "../i18n/en.ts";
import { labelledSteps, middleStep } from "./labelled-steps.ts";

/**
 * What accepting a question as it is shown would answer, with the words for it; null for questions that show
 * nothing before they are touched.
 */
export function asShown(
	m: Messages,
	question: Question,
	{ session_id, language }: { session_id: SessionId; language: Language },
): { answer: Answer; text: string } | null {
	if (question.type === "slider" && labelledSteps(question) === null) {
		const value = middleStep(question);
		return { answer: { type: "slider", value, as_shown: true }, text: m.answer.range_accept(value) };
	}
	if (question.type === "ordering") {
		const ordered_items = presentedOrder(question, session_id).flatMap((item) => {
			const found = question.items[item];
			return found ? [inLanguage(found.text, language)] : [];
		});
		return { answer: { type: "ordering", ordered_items, as_shown: true }, text: m.answer.order_accept };
	}
	return null;
}
