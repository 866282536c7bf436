import { describe, expect, test } from "vitest";
import {
	Answer,
	answersEqual,
	checkAnswer,
	checkDraft,
	countCharacters,
	orderingIndexes,
	QUESTION_REPORTS,
	QUESTION_TYPE_NAMES,
	QUESTION_TYPES,
	type Question,
	readStoredAnswer,
	readStoredAssessment,
} from "./index.ts";
import { anIndex } from "./testing/an-assessment.ts";

const index = anIndex();
const question = (id: number): Question => {
	const found = index.by_question.get(id);
	if (!found) throw new Error(`no question ${id}`);
	return found.question;
};
const refusal = (id: number, answer: Answer) => checkAnswer(question(id), answer)?.code ?? null;

describe("checkAnswer", () => {
	test.each([
		["on the scale", 101, 3, null],
		["the lowest", 101, 1, null],
		["the highest", 101, 5, null],
		["below the scale", 101, 0, "answer_out_of_range"],
		["far above the scale", 101, 99999, "answer_out_of_range"],
		["between two steps", 101, 2.5, "answer_off_step"],
		["a step that binary fractions miss", 102, 0.7, null],
		["the sum that is not 0.3 in binary", 102, 0.1 + 0.2, null],
		["between fine steps", 102, 0.75, "answer_off_step"],
	])("slider: %s", (_, id, value, expected) => {
		expect(refusal(id, { type: "slider", value })).toBe(expected);
	});

	test.each([
		["one", ["indoors"], null],
		["several", ["indoors", "outdoors"], null],
		["none", [], "answer_empty"],
		["one twice", ["indoors", "indoors"], "answer_repeated_option"],
		["an unknown one", ["indoors", "moon"], "answer_unknown_option"],
	])("multiple choice: %s", (_, selected_options, expected) => {
		expect(refusal(103, { type: "mcq", selected_options })).toBe(expected);
	});

	test("single choice takes one option", () => {
		const single: Question = { ...question(103), multiple: false } as Question;
		const answer: Answer = { type: "mcq", selected_options: ["indoors", "outdoors"] };
		expect(checkAnswer(single, answer)?.code).toBe("answer_too_many_options");
	});

	test.each([
		["all items", ["third", "first", "second", "fourth"], null],
		["in Arabic", ["ع third", "ع first", "ع second", "ع fourth"], null],
		["in both languages", ["ع third", "first", "second", "fourth"], null],
		["one missing", ["third", "first", "second"], "answer_not_a_permutation"],
		["one twice", ["third", "third", "second", "fourth"], "answer_not_a_permutation"],
		["one twice, in both languages", ["third", "ع third", "second", "fourth"], "answer_not_a_permutation"],
		["a strange one", ["third", "first", "second", "fifth"], "answer_not_a_permutation"],
	])("ordering: %s", (_, ordered_items, expected) => {
		expect(refusal(104, { type: "ordering", ordered_items })).toBe(expected);
	});

	test.each([
		["a text", "A quiet day.", null],
		["nothing but space", " \n ", "answer_empty"],
		["exactly the limit, in emoji", "🙂".repeat(20), null],
		["one over the limit", "a".repeat(21), "answer_too_long"],
	])("essay: %s", (_, text, expected) => {
		expect(refusal(105, { type: "essay", text })).toBe(expected);
	});

	test("an answer of another type is refused", () => {
		expect(refusal(101, { type: "essay", text: "three" })).toBe("answer_wrong_type");
	});
});

describe("the schema of an answer", () => {
	test.each([
		["NUL", "a\u0000b"],
		["a lone high surrogate", "a\ud800b"],
		["a lone low surrogate", "a\udc00b"],
		["surrogates the wrong way round", "\udc00\ud800"],
	])("refuses %s, which the two databases store differently", (_, text) => {
		expect(Answer.safeParse({ type: "essay", text }).success).toBe(false);
	});

	test("takes every other text as it is", () => {
		const text = "ع🙂e\u0301\u202E\r\n\t";
		expect(Answer.parse({ type: "essay", text })).toEqual({ type: "essay", text });
	});

	test.each([Number.NaN, Number.POSITIVE_INFINITY, "3", null])("refuses %s on a slider", (value) => {
		expect(Answer.safeParse({ type: "slider", value }).success).toBe(false);
	});
});

describe("a stored answer", () => {
	test("of an unknown type is an error that says what to do, and never another type", () => {
		const stored = { type: "matrix", text: "a", value: 3 };
		expect(() => readStoredAnswer(stored)).toThrow(/type "matrix".*Install the version that stored it/);
		expect(() => readStoredAnswer({ ...stored, type: "toString" })).toThrow(/type "toString"/);
	});

	test("is what was given, and nothing else", () => {
		expect(readStoredAnswer({ type: "slider", value: 3 })).toEqual({ type: "slider", value: 3 });
		for (const broken of [null, "3", {}, { type: "slider" }]) {
			expect(() => readStoredAnswer(broken)).toThrow();
		}
	});
});

test("a stored assessment that asks for an unknown type says so", () => {
	const { assessment } = index;
	expect(readStoredAssessment(structuredClone(assessment))).toEqual(assessment);
	const newer = structuredClone(assessment);
	Object.assign(newer.chapters[0]?.pages[0]?.questions[1] ?? {}, { type: "matrix" });
	expect(() => readStoredAssessment(newer)).toThrow(
		/stored question is of the type "matrix".*Install the version/,
	);
	expect(() => readStoredAssessment({})).toThrow();
});

test("the tables name each type as its module does", () => {
	for (const name of QUESTION_TYPE_NAMES) {
		expect(QUESTION_TYPES[name].type).toBe(name);
		expect(QUESTION_REPORTS[name].type).toBe(name);
	}
});

test("a draft of another type is refused, a long one only beyond what the server keeps", () => {
	const essay = question(105);
	expect(checkDraft(essay, { type: "slider", value: 1 })?.code).toBe("answer_wrong_type");
	expect(checkDraft(essay, { type: "essay", text: "a".repeat(20_000) })).toBeNull();
	expect(checkDraft(essay, { type: "essay", text: "a".repeat(20_001) })?.code).toBe("answer_too_long");
});

test("length is counted in code points", () => {
	expect(countCharacters("aع🙂")).toBe(3);
});

test("an order is understood in either language", () => {
	const ordering = question(104);
	if (ordering.type !== "ordering") throw new Error("expected an ordering question");
	expect(orderingIndexes(ordering, ["ع second", "first", "fourth", "ع third"])).toEqual([1, 0, 3, 2]);
});

test("the same choice in another order is the same answer, the same ranking in another order is not", () => {
	const mcq = (...selected_options: string[]): Answer => ({ type: "mcq", selected_options });
	const ordering = (...ordered_items: string[]): Answer => ({ type: "ordering", ordered_items });
	expect(answersEqual(mcq("a", "b"), mcq("b", "a"))).toBe(true);
	expect(answersEqual(ordering("a", "b"), ordering("b", "a"))).toBe(false);
	expect(answersEqual({ type: "slider", value: 3 }, { type: "slider", value: 3, as_shown: true })).toBe(
		false,
	);
});
