import { expect, test } from "vitest";
import { chooseAnswer, questionsOf } from "./chosen-answers.ts";

test("the questions of a reply are those with an id and a type", () => {
	const question = { id: 1, type: "slider", text: "How?", options: { min: 1 } };
	expect(questionsOf({ questions: [question, { id: "2", type: "slider" }, null] })).toEqual([
		{ id: 1, type: "slider", options: { min: 1 } },
	]);
	expect(questionsOf("(no JSON)")).toEqual([]);
});

test("every value of a slider is chosen by some question, and none beyond its range or between its steps", () => {
	const chosen = (options: object) =>
		new Set(Array.from({ length: 200 }, (_, id) => chooseAnswer({ id, type: "slider", options })?.["value"]));
	expect([...chosen({ min: 1, max: 5, step: 1 })].sort()).toEqual([1, 2, 3, 4, 5]);
	expect([...chosen({ min: 0, max: 100, step: 25 })].sort((a, b) => Number(a) - Number(b))).toEqual([
		0, 25, 50, 75, 100,
	]);
});

test("a choice is one of the values, or two where several may be chosen; a plain text is its own value", () => {
	const choices = [{ label: "One", value: "A" }, { label: "Two", value: "B" }, "Three"];
	const choose = (id: number, multiple: boolean) =>
		chooseAnswer({ id, type: "mcq", options: { choices, multiple } });
	expect(choose(1, false)).toEqual({ type: "mcq", selected_options: ["B"] });
	expect(choose(1, true)).toEqual({ type: "mcq", selected_options: ["B", "Three"] });
	expect(choose(2, true)).toEqual({ type: "mcq", selected_options: ["Three", "A"] });
});

test("two variants choose both options of an either-or question, and rank in another order", () => {
	const choices = [{ value: "A" }, { value: "B" }];
	const items = [{ text: "x" }, { text: "y" }, { text: "z" }];
	for (const id of [1, 2, 3, 4]) {
		const both = [0, 1].flatMap(
			(variant) => chooseAnswer({ id, type: "mcq", options: { choices } }, variant)?.["selected_options"],
		);
		expect(both.sort()).toEqual(["A", "B"]);
		const ranked = [0, 1].map((variant) =>
			chooseAnswer({ id, type: "ordering", options: { items } }, variant),
		);
		expect(ranked[0]).not.toEqual(ranked[1]);
		const values = [0, 1].map((variant) => chooseAnswer({ id, type: "slider", options: {} }, variant));
		expect(values[0]).not.toEqual(values[1]);
	}
});

test("a ranking holds every item once, and differs between questions", () => {
	const items = [{ text: "x" }, { text: "y" }, "z"];
	const rank = (id: number) => chooseAnswer({ id, type: "ordering", options: { items } })?.["ordered_items"];
	expect([rank(3), rank(4), rank(5)]).toEqual([
		["x", "y", "z"],
		["y", "z", "x"],
		["z", "x", "y"],
	]);
});

test("an essay keeps to its limit; an unknown type has no answer", () => {
	const write = (char_limit: number | null) =>
		chooseAnswer({ id: 7, type: "essay", options: { char_limit } });
	expect(write(10)).toEqual({ type: "essay", text: "Written by" });
	expect(write(null)).toEqual({ type: "essay", text: "Written by carhythm compare for question 7." });
	expect(chooseAnswer({ id: 1, type: "drawing", options: {} })).toBe(null);
});
