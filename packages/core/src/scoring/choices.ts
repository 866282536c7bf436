import { type Answer, checkAnswer, orderingIndexes } from "../answer.ts";
import type { Question } from "../assessment.ts";
import { unreachable } from "../unreachable.ts";
import type { ChoiceResult } from "./profile.ts";

/**
 * What the student chose or ranked, as given; null for the other types and for an answer that does not fit
 * its question.
 */
export function reportChoice(question: Question, answer: Answer): ChoiceResult | null {
	if (checkAnswer(question, answer) !== null) return null;
	const base = { question: question.key, text: question.text };
	switch (answer.type) {
		case "mcq": {
			if (question.type !== "mcq") return null;
			const chosen = new Set(answer.selected_options);
			const selected = question.choices.filter((choice) => chosen.has(choice.value));
			return { type: "mcq", ...base, multiple: question.multiple, selected };
		}
		case "ordering": {
			if (question.type !== "ordering") return null;
			const order = orderingIndexes(question, answer.ordered_items) ?? [];
			const texts = order.map((index) => question.items[index]?.text);
			return { type: "ordering", ...base, ranked: texts.filter((text) => text !== undefined) };
		}
		case "slider":
		case "essay":
			return null;
		default:
			return unreachable(answer);
	}
}
