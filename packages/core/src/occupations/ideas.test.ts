import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profileOfSums } from "../../test/shipped-scales.ts";
import { holds } from "../testing/holds.ts";
import { correlate, findIdeas } from "./find-ideas.ts";
import { judgeForIdeas } from "./gate.ts";
import {
	type JobZone,
	type Occupation,
	parseOccupationNames,
	parseOccupations,
	type SixNumbers,
} from "./occupation.ts";

const ANY: JobZone[] = [1, 2, 3, 4, 5];

function occupation(code: string, interests: SixNumbers, job_zone: JobZone = 4): Occupation {
	return { code, title: `Title of ${code}`, job_zone, interests };
}

describe("Pearson's correlation", () => {
	test("gives what was worked out by hand", () => {
		// Deviations −2.5 −1.5 −0.5 0.5 1.5 2.5 and, of 2 1 4 3 6 5, −1.5 −2.5 0.5 −0.5 2.5 1.5: products 3.75 +
		// 3.75 − 0.25 − 0.25 + 3.75 + 3.75 = 14.5; both squares sum to 17.5.
		expect(correlate([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5])).toBeCloseTo(14.5 / 17.5, 12);
		expect(correlate([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1])).toBeCloseTo(-1, 12);
		expect(correlate([3, 3, 3, 3, 3, 3], [1, 2, 3, 4, 5, 6])).toBe(0);
	});

	test("does not know how high or how far apart the numbers are", () => {
		const six = fc.tuple(
			...([0, 1, 2, 3, 4, 5].map(() => fc.integer({ min: 0, max: 40 })) as SixArbitraries),
		);
		holds(
			fc.property(six, six, fc.integer({ min: 1, max: 9 }), fc.integer(), (a, b, times, more) => {
				const moved = a.map((value) => value * times + (more % 1000)) as unknown as SixNumbers;
				expect(correlate(moved, b)).toBeCloseTo(correlate(a, b), 8);
				expect(correlate(b, a)).toBeCloseTo(correlate(a, b), 12);
			}),
		);
	});
});

type SixArbitraries = [
	fc.Arbitrary<number>,
	fc.Arbitrary<number>,
	fc.Arbitrary<number>,
	fc.Arbitrary<number>,
	fc.Arbitrary<number>,
	fc.Arbitrary<number>,
];

describe("ideas are there only for interests", () => {
	const judge = (...interests: (number | null)[]) => judgeForIdeas(profileOfSums(interests));

	test("that differ by more than chance", () => {
		// One at 18 and five at 12, of 4 to 20: 0.375 above five at 0.5. Σ = 0.375² × 5/6 = 0.1172; ÷ 0.0169 = 6.93.
		expect(judge(18, 12, 12, 12, 12, 12)).toEqual({
			kind: "differ",
			shares: [0.875, 0.5, 0.5, 0.5, 0.5, 0.5],
		});
		// One at 17: 0.3125² × 5/6 ÷ 0.0169 = 4.82.
		expect(judge(17, 12, 12, 12, 12, 12)).toEqual({ kind: "flat" });
		// The profile that correlates with 78 occupations as closely as can be, and says nothing.
		expect(judge(12, 12, 12, 12, 12, 13)).toEqual({ kind: "flat" });
	});

	test("of which every one has enough answers", () => {
		expect(judge(20, 12, null, 8, 8, 8)).toEqual({ kind: "partial" });
		expect(judgeForIdeas({ scales: [], interests: null })).toEqual({ kind: "no_interests" });
	});
});

describe("ideas", () => {
	const SHARES: SixNumbers = [0.2, 0.9, 0.3, 0.4, 0.7, 0.2];
	const LIKE: SixNumbers = [2, 6.8, 2.6, 3.2, 5.4, 2];
	const UNLIKE: SixNumbers = [6, 1, 3, 2, 1, 6];

	test("leave out what does not resemble, and what needs another preparation", () => {
		const all = [
			occupation("11-1011.00", LIKE),
			occupation("47-2031.00", UNLIKE),
			occupation("15-1252.00", LIKE, 2),
		];
		const { ideas, resembling } = findIdeas(SHARES, all, [4, 5]);
		expect(ideas.map(({ occupation: { code } }) => code)).toEqual(["11-1011.00"]);
		expect(resembling).toBe(1);
		expect(findIdeas(SHARES, all, ANY).resembling).toBe(2);
		expect(findIdeas(SHARES, all, [1])).toEqual({ ideas: [], resembling: 0 });
	});

	test("show one occupation of a group, with others of it beside, and ten groups at most", () => {
		const engineers = ["17-2051.00", "17-2081.00", "17-2141.00", "17-2071.00", "17-2011.00"];
		const others = Array.from({ length: 14 }, (_, n) => `${20 + n}-1011.00`);
		const { ideas, resembling } = findIdeas(
			SHARES,
			[...engineers, ...others].map((code) => occupation(code, LIKE)),
			ANY,
		);
		expect(ideas).toHaveLength(10);
		expect(resembling).toBe(19);
		expect(ideas[0]?.occupation.code).toBe("17-2011.00");
		expect(ideas[0]?.near.map(({ code }) => code)).toEqual(["17-2051.00", "17-2071.00", "17-2081.00"]);
		expect(new Set(ideas.map(({ occupation: { code } }) => code.slice(0, 4))).size).toBe(10);
	});

	test("say why: the types high in both that add most to the likeness", () => {
		// Deviations of the shares −0.25 0.45 −0.15 −0.05 0.25 −0.25: I and E lie above the mean, in both.
		const [idea] = findIdeas(SHARES, [occupation("19-1042.00", LIKE)], ANY).ideas;
		expect(idea?.reason).toEqual({ kind: "both_high", types: ["I", "E"] });
		expect(idea?.fit).toBe("close");
	});
});

test("a line that is no occupation is an error, and comments are none", () => {
	expect(
		parseOccupations("# who made this\n17-2051.00\t4\t5.6\t5\t2\t1.9\t2.7\t4.1\tCivil Engineers\n"),
	).toEqual([
		{ code: "17-2051.00", title: "Civil Engineers", job_zone: 4, interests: [5.6, 5, 2, 1.9, 2.7, 4.1] },
	]);
	expect(() => parseOccupations("17-2051.00\t6\t5.6\t5\t2\t1.9\t2.7\t4.1\tCivil Engineers")).toThrow(
		"17-2051",
	);
	expect(() => parseOccupations("17-2051.00\t4\t5.6\t5\t2\t1.9\tx\t4.1\tCivil Engineers")).toThrow("17-2051");
	expect(parseOccupationNames("# ع\n17-2051.00\tالهندسة المدنية\n").get("17-2051.00")).toBe(
		"الهندسة المدنية",
	);
	expect(() => parseOccupationNames("17-2051.00")).toThrow("17-2051");
});
