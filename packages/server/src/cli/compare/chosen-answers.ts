import { adoptionOf } from "../../question-types/index.ts";
import { valueAt } from "./json-difference.ts";

/** A question as the existing API serves it, as far as an answer depends on it. */
export type ServedQuestion = { id: number; type: string; options: unknown };

/** The questions of a reply to `GET /questions`; entries that are none are left out. */
export function questionsOf(body: unknown): ServedQuestion[] {
	const questions = valueAt(body, "questions");
	if (!Array.isArray(questions)) return [];
	return questions.flatMap((question) => {
		const id = valueAt(question, "id");
		const type = valueAt(question, "type");
		if (typeof id !== "number" || typeof type !== "string") return [];
		return [{ id, type, options: valueAt(question, "options") }];
	});
}

/**
 * The answer to a question, the same in every run. Neighbouring questions get different answers, so that
 * sums, rankings and labels differ between the scales.
 * @param variant another one gives other answers, so that weights of options count that were not chosen before
 * @returns null for a type of question that the API does not have
 */
export function chooseAnswer(
	{ id, type, options }: ServedQuestion,
	variant = 0,
): Readonly<Record<string, unknown>> | null {
	const chosen = adoptionOf(type)?.chooseAnswer({ id, by: id + variant, options });
	return chosen ? { type, ...chosen } : null;
}
