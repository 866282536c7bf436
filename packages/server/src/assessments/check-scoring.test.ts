import type { Scale, Scoring } from "@carhythm/core";
import { expect, test } from "vitest";
import type { QuestionFile } from "../question-types/index.ts";
import { checkScoring } from "./check-scoring.ts";

const text = (en: string) => ({ en });
const ORDER: QuestionFile = {
	key: "order",
	text: text("Order"),
	required: true,
	type: "ordering",
	randomize: false,
	items: [{ text: text("One") }, { text: text("Two") }],
};
const CUPS: QuestionFile = {
	key: "cups",
	text: text("Cups"),
	required: true,
	type: "mcq",
	multiple: true,
	choices: [
		{ value: "small", label: text("Small") },
		{ value: "big", label: text("Big") },
	],
};

function problems(method: Scale["method"], item: Scale["items"][number]): string[] {
	const scoring: Scoring = {
		groups: [{ key: "all", name: text("All") }],
		instruments: [],
		scales: [{ key: "one", name: text("One"), kind: "scale", group: "all", method, items: [item] }],
	};
	const questions = [ORDER, CUPS].map((question) => ({ key: question.key, question, path: [] }));
	return checkScoring(scoring, questions, []).map(({ message }) => message);
}

test.each([
	[
		"a ranking",
		"mean",
		{ question: "order" },
		`"order" is a ranking, which has no mean. Give the scale the method "points"`,
	],
	[
		"several choices",
		"mean",
		{ question: "cups", option_scores: { small: 1 } },
		"takes several choices, so it has no mean",
	],
	["a ranking without points", "points", { question: "order" }, `say in "rank_scores" which items count`],
	[
		"too few points",
		"points",
		{ question: "order", rank_scores: { items: ["One"], points: [1] } },
		`"points" needs 2 numbers, not 1.`,
	],
	[
		"an item that does not exist",
		"points",
		{ question: "order", rank_scores: { items: ["Nine"], points: [2, 1] } },
		`"order" has no item "Nine".`,
	],
	[
		"an item twice",
		"points",
		{ question: "order", rank_scores: { items: ["One", "One"], points: [2, 1] } },
		`"One" is named twice.`,
	],
	[
		"points of another type",
		"points",
		{ question: "cups", rank_scores: { items: ["One"], points: [2, 1] } },
		`"cups" is of type mcq, which does not count by "rank_scores". Remove it.`,
	],
] as const)("a scoring key with %s in a scale of %s is refused", (_, method, item, sentence) => {
	expect(problems(method, item as Scale["items"][number]).join("\n")).toContain(sentence);
});

test("a scoring key takes rankings and several choices in a scale of points", () => {
	expect(problems("points", { question: "cups", option_scores: { small: 1 } })).toEqual([]);
	const rank_scores = { items: ["Two"], points: [2, 1] };
	expect(problems("points", { question: "order", rank_scores })).toEqual([]);
});
