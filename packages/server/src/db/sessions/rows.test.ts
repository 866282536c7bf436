import { expect, test } from "vitest";
import { answerColumns, answerOfRow } from "./rows.ts";

const row = (json: unknown) => ({
	answer_text: null,
	answer_value: null,
	answer_json: typeof json === "string" ? json : JSON.stringify(json),
});

test("a stored answer of an unknown type is an error that says what to do, and never another type", () => {
	const matrix = row({ selected_options: ["a"], question_type: "matrix" });
	expect(() => answerOfRow(matrix)).toThrow(/type "matrix".*Install the version that stored it/);
});

test("an answer is read back from its columns, also one without the name of its type", () => {
	for (const answer of [
		{ type: "slider", value: 3 },
		{ type: "essay", text: "Long walks." },
		{ type: "mcq", selected_options: ["a", "b"] },
		{ type: "ordering", ordered_items: ["b", "a"] },
	] as const) {
		expect(answerOfRow(answerColumns({ ...answer } as Parameters<typeof answerColumns>[0]))).toEqual(answer);
	}
	expect(answerOfRow(row({ ordered_items: ["b", "a"] }))).toEqual({
		type: "ordering",
		ordered_items: ["b", "a"],
	});
	expect(answerOfRow(row({ selected_options: ["a"] }))).toEqual({ type: "mcq", selected_options: ["a"] });
	for (const nothing of [row("no JSON"), row(["a"]), row({ selected_options: 3 })]) {
		expect(answerOfRow(nothing)).toBeNull();
	}
});
