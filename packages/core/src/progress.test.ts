import { describe, expect, test } from "vitest";
import { badgesBetween, badgesFor, percentage, progressOf, xpFor } from "./index.ts";

describe("progress", () => {
	test.each([
		[0, 71, 0],
		[1, 3, 33.3],
		[2, 3, 66.7],
		[1, 8, 12.5],
		[30, 71, 42.3],
		[71, 71, 100],
		[0, 0, 0],
	])("%d of %d is %d %%", (answered, total, expected) => {
		expect(percentage(answered, total)).toBe(expected);
	});

	test("names its parts as the API does", () => {
		expect(progressOf(1, 4)).toEqual({ questions_answered: 1, total_questions: 4, percentage: 25 });
	});
});

test("XP is 10 for each question", () => {
	expect(xpFor(0)).toBe(0);
	expect(xpFor(7)).toBe(70);
});

describe("badges", () => {
	test("come with the first answer and with each ten", () => {
		expect(badgesFor(0)).toEqual([]);
		expect(badgesFor(9)).toEqual(["first_answer"]);
		expect(badgesFor(25)).toEqual(["first_answer", "milestone_10", "milestone_20"]);
	});

	test("are unlocked once, by the answer that reaches them", () => {
		expect(badgesBetween(0, 1)).toEqual(["first_answer"]);
		expect(badgesBetween(9, 10)).toEqual(["milestone_10"]);
		expect(badgesBetween(10, 10)).toEqual([]);
	});
});
