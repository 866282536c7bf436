import { expect, test } from "vitest";
import { answerColumns, answerOfEvent, answerOfRow, draftOfRow } from "./rows.ts";

const row = (json: unknown) => ({
	answer_text: null,
	answer_value: null,
	answer_json: typeof json === "string" ? json : JSON.stringify(json),
});

test("a stored answer of an unknown type is an error that says what to do, and never another type", () => {
	const matrix = row({ selected_options: ["a"], question_type: "matrix" });
	expect(() => answerOfRow(matrix)).toThrow(/type "matrix".*Install the version that stored it/);
});

test("a stored event or draft of an unknown type is an error as well", () => {
	const value = JSON.stringify({ type: "matrix", text: "a" });
	const draft = { response_id: 1, question_id: 1, value, at: "2026-01-01T00:00:00.000Z", operation_id: "x" };
	expect(() => answerOfEvent({ kind: "answer", value })).toThrow(/type "matrix".*Install the version/);
	expect(() => draftOfRow(draft)).toThrow(/type "matrix".*Install the version/);
});

test("an answer in JSON of a type that has a column of its own is an error", () => {
	expect(() => answerOfRow(row({ value: 3, question_type: "slider" }))).toThrow(/answer_json.*"slider"/);
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
