import { expect, test } from "vitest";
import { AssessmentFile, ScoringFile } from "./file.ts";
import { findSchemaProblems } from "./schema-findings.ts";

/** What is said of an assessment whose questions hold these fields, at which path. */
function judge(questions: readonly object[], more: object = {}): string[] {
	const text = { en: "Text", ar: "نص" };
	const base = { title: text, estimated_minutes: 1 };
	const asked = questions.map((question, n) => ({ key: `q-${n}`, text, ...question }));
	const pages = [{ key: "page", title: text, questions: asked }];
	const data = {
		...base,
		key: "one",
		languages: ["en", "ar"],
		chapters: [{ ...base, key: "first", pages }],
		...more,
	};
	return findSchemaProblems(AssessmentFile, data).map(
		({ path, message }) => `${path.slice(-4).join(".")}: ${message}`,
	);
}

test("choices given as their texts in two languages are one problem for all questions, with the right form", () => {
	const choices = [
		{ en: "Not at all", ar: "لا" },
		{ en: "Yes", ar: "نعم" },
	];
	expect(
		judge([
			{ type: "mcq", choices },
			{ type: "mcq", choices },
		]),
	).toEqual([
		"questions.0.choices.0: A choice has a value and a label: { value: not-at-all, label: { en: Not at all, ar: لا } }. This holds for 4 choices of this file.",
	]);
});

test.each([
	[
		"a choice as a plain text",
		{ type: "mcq", choices: ["Yes: now", { value: "no", label: { en: "No", ar: "لا" } }] },
		'A choice has a value and a label: { value: yes-now, label: { en: "Yes: now", ar: … } }.',
	],
	[
		"a choice with a value and no label",
		{
			type: "mcq",
			choices: [
				{ value: "a", en: "Yes", ar: "نعم" },
				{ value: "no", label: { en: "No", ar: "لا" } },
			],
		},
		"A choice has a value and a label: { value: a, label: { en: Yes, ar: نعم } }.",
	],
	[
		"items of a ranking as texts",
		{ type: "ordering", items: [{ en: "One", ar: "واحد" }, "Two"] },
		"An item of a ranking has a text: { text: { en: One, ar: واحد } }. This holds for 2 items of this file.",
	],
	[
		"labels as plain texts",
		{ type: "slider", min: 1, max: 3, scale_labels: ["No", 2, "Yes"] },
		"A label names its languages: { en: No, ar: … }. This holds for 3 labels of this file.",
	],
	[
		"a text without its language",
		{ type: "essay", text: "Why?" },
		"A text names its languages: { en: Why?, ar: … }.",
	],
])("%s is one problem with the right form", (_, question, sentence) => {
	const [first, ...more] = judge([question]);
	expect(first).toContain(`: ${sentence}`);
	expect(first?.endsWith(sentence)).toBe(true);
	expect(more).toEqual([]);
});

test("titles and notices without their language are counted together, and other mistakes stay", () => {
	const question = { type: "essay", limit: 3 };
	expect(judge([question], { title: "School", notices: ["No right answers."], languages: ["en"] })).toEqual([
		'0.questions.0.limit: There is no field "limit" here. Correct its spelling or remove it.',
		"title: A text names its languages: { en: School }. This holds for 2 texts of this file.",
	]);
});

test("items of a scale given as keys are one problem with the right form", () => {
	const scale = {
		key: "one",
		name: { en: "One" },
		kind: "scale",
		group: "all",
		method: "mean",
		items: ["tea", "water"],
	};
	const scoring = { groups: [{ key: "all", name: { en: "All" } }], instruments: [], scales: [scale] };
	expect(findSchemaProblems(ScoringFile, scoring)).toEqual([
		{
			path: ["scales", 0, "items", 0],
			message:
				"An item of a scale names its question: { question: tea }. This holds for 2 items of this file.",
		},
	]);
});
