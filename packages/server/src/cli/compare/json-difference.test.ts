import { expect, test } from "vitest";
import { listDifferences, pathText, valueAt } from "./json-difference.ts";

const found = (old: unknown, ours: unknown) =>
	listDifferences(old, ours).map(({ path, old: before, new: after }) => [pathText(path), before, after]);

test("equal values have no differences, whatever the order of their fields", () => {
	expect(found({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] })).toEqual([]);
	expect(found(JSON.parse("[1.0, 1e2]"), [1, 100])).toEqual([]);
});

test("a changed value is named by its path, each one for itself", () => {
	expect(
		found({ a: { b: [{ c: 1 }, { c: 2 }] }, d: true }, { a: { b: [{ c: 1 }, { c: 3 }] }, d: false }),
	).toEqual([
		["a.b[1].c", 2, 3],
		["d", true, false],
	]);
});

test.each([
	["a number and its text", 1, "1"],
	["null and an empty text", null, ""],
	["zero and false", 0, false],
	["an empty list and an empty object", [], {}],
	["a list and its text", ["a"], "a"],
])("%s differ as a whole", (_, old, ours) => {
	expect(found({ a: old }, { a: ours })).toEqual([["a", old, ours]]);
	expect(found(old, ours)).toEqual([["$", old, ours]]);
});

test("a field or an element that one side lacks is absent there; null is a value", () => {
	expect(found({ a: 1 }, { b: 2 })).toEqual([
		["a", 1, undefined],
		["b", undefined, 2],
	]);
	expect(found({ a: null }, {})).toEqual([["a", null, undefined]]);
	expect(found([1, 2, 3], [1])).toEqual([
		["[1]", 2, undefined],
		["[2]", 3, undefined],
	]);
	expect(found([1, 2], [2, 1])).toHaveLength(2);
});

test("fields that every object of the language has are absent unless the reply holds them", () => {
	expect(found({}, { constructor: 1 })).toEqual([["constructor", undefined, 1]]);
	expect(valueAt({ a: [{ b: 3 }] }, "a", 0, "b")).toBe(3);
	expect(valueAt({ a: [{ b: 3 }] }, "a", "length")).toBe(undefined);
	expect(valueAt({}, "toString")).toBe(undefined);
});
