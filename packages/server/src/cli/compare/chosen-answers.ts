import { isObject, valueAt } from "./json-difference.ts";

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
	const by = id + variant;
	switch (type) {
		case "slider":
			return { type, value: chooseValue(by, options) };
		case "mcq":
			return { type, selected_options: chooseOptions(by, options) };
		case "ordering":
			return { type, ordered_items: rotate(by, listOf(options, "items").map(textOf)) };
		case "essay":
			return { type, text: chooseText(id, options) };
		default:
			return null;
	}
}

/** Seven has no factor in common with the steps of a usual scale, and the third shifts the pattern between scales. */
function chooseValue(by: number, options: unknown): number {
	const min = numberOf(options, "min") ?? 1;
	const max = numberOf(options, "max") ?? 5;
	const step = numberOf(options, "step") || 1;
	const steps = Math.max(1, Math.floor((max - min) / step) + 1);
	return min + step * ((by * 7 + Math.floor(by / 3)) % steps);
}

/** One option, or two where several may be chosen. */
function chooseOptions(by: number, options: unknown): string[] {
	const values = rotate(
		by,
		listOf(options, "choices").map((choice) => (isObject(choice) ? String(choice["value"]) : String(choice))),
	);
	return values.slice(0, valueAt(options, "multiple") === true ? 2 : 1);
}

function chooseText(id: number, options: unknown): string {
	const limit = numberOf(options, "char_limit") ?? Number.POSITIVE_INFINITY;
	return `Written by carhythm compare for question ${id}.`.slice(0, limit);
}

function rotate<T>(by: number, list: readonly T[]): T[] {
	const start = list.length === 0 ? 0 : by % list.length;
	return [...list.slice(start), ...list.slice(0, start)];
}

function textOf(item: unknown): string {
	return isObject(item) ? String(item["text"]) : String(item);
}

function listOf(options: unknown, name: string): unknown[] {
	const list = valueAt(options, name);
	return Array.isArray(list) ? list : [];
}

function numberOf(options: unknown, name: string): number | null {
	const value = valueAt(options, name);
	return typeof value === "number" ? value : null;
}
