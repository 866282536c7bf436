import { type Answer, countCharacters, ESSAY_LIMIT } from "./answer.ts";
import type { Question } from "./assessment.ts";
import { type Refusal, refuse } from "./refusal.ts";

/**
 * Whether a draft is half an answer to its question. It may be incomplete, but holds nothing else than its
 * question: the question's own options or items, each once, or a text of bounded length. So a draft is never
 * larger than the largest answer.
 * @returns null when it fits, else the reason
 */
export function checkDraft(question: Question, draft: Answer): Refusal | null {
	if (draft.type !== question.type) {
		return refuse(
			"answer_wrong_type",
			`This question takes a draft of type "${question.type}", not "${draft.type}".`,
		);
	}
	if (draft.type === "essay" && countCharacters(draft.text) > ESSAY_LIMIT) {
		return refuse("answer_too_long", `Shorten the text to ${ESSAY_LIMIT} characters.`);
	}
	if (draft.type === "mcq" && question.type === "mcq") {
		return checkParts(draft.selected_options, (option) =>
			question.choices.findIndex(({ value }) => value === option),
		);
	}
	if (draft.type === "ordering" && question.type === "ordering") {
		return checkParts(draft.ordered_items, (text) =>
			question.items.findIndex((item) => item.text.en === text || item.text.ar === text),
		);
	}
	return null;
}

function checkParts(parts: readonly string[], indexOf: (part: string) => number): Refusal | null {
	const indexes = parts.map(indexOf);
	if (indexes.includes(-1)) {
		return refuse("answer_unknown_option", "Choose among the options of this question.");
	}
	return new Set(indexes).size === indexes.length
		? null
		: refuse("answer_repeated_option", "Choose each option once.");
}
