import { type Answer, inLanguage, type Language, type Question, unreachable } from "@carhythm/core";
import { labelledSteps } from "../answer/labelled-steps.ts";
import type { Messages } from "../i18n/en.ts";

/** An answer as a person would say it. */
export function answerWords(m: Messages, question: Question, answer: Answer, language: Language): string {
	switch (answer.type) {
		case "slider": {
			const steps = question.type === "slider" ? (labelledSteps(question) ?? []) : [];
			const step = steps.find(({ value }) => value === answer.value);
			return step ? inLanguage(step.label, language) : m.number(answer.value);
		}
		case "mcq": {
			const choices = question.type === "mcq" ? question.choices : [];
			return answer.selected_options
				.map((value) => {
					const choice = choices.find((one) => one.value === value);
					return choice ? inLanguage(choice.label, language) : value;
				})
				.join(m.list_comma);
		}
		case "ordering": {
			const items = question.type === "ordering" ? question.items : [];
			// It was stored in the words of the language in which it was given.
			return answer.ordered_items
				.map((text, place) => {
					const item = items.find((one) => one.text.en === text || one.text.ar === text);
					return `${m.number(place + 1)}. ${item ? inLanguage(item.text, language) : text}`;
				})
				.join("\n");
		}
		case "essay":
			return answer.text;
		default:
			return unreachable(answer);
	}
}
