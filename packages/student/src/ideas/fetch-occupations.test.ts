import { findIdeas, type JobZone, type Occupation } from "@carhythm/core";
import { beforeAll, expect, test } from "vitest";
import { fetchOccupations } from "./fetch-occupations.ts";

const ANY: JobZone[] = [1, 2, 3, 4, 5];
let english: Occupation[];
let arabic: Occupation[];

beforeAll(async () => {
	[english, arabic] = await Promise.all([fetchOccupations("en"), fetchOccupations("ar")]);
});

test("each occupation's own interests find itself first, in 923 of 923", () => {
	expect(english).toHaveLength(923);
	const found = english.filter(({ code, interests }) => {
		const [first] = findIdeas(interests, english, ANY).ideas;
		return first?.occupation.code === code;
	});
	expect(found).toHaveLength(923);
});

test("the numbers are those of the release", () => {
	expect(english.find(({ code }) => code === "11-1011.00")).toEqual({
		code: "11-1011.00",
		title: "Chief Executives",
		job_zone: 5,
		interests: [1.26, 3.05, 2.16, 3.54, 6.96, 4.97],
	});
	for (const { code, interests } of english) {
		expect(Math.min(...interests), code).toBeGreaterThanOrEqual(1);
		expect(Math.max(...interests), code).toBeLessThanOrEqual(7);
	}
});

test("at least 300 occupations have an Arabic name, each its own, in Arabic script", () => {
	expect(arabic.length).toBeGreaterThanOrEqual(300);
	expect(new Set(arabic.map(({ title }) => title)).size).toBe(arabic.length);
	for (const { code, title } of arabic) expect(title, code).toMatch(/^[\p{Script=Arabic}\s:()]+$/u);
	expect(arabic.find(({ code }) => code === "17-2051.00")?.title).toBe("الهندسة المدنية");
});

test("someone with one interest ahead of five alike finds ideas in both languages, whichever it is", () => {
	for (const place of [0, 1, 2, 3, 4, 5]) {
		const [r, i, a, s, e, c] = [0, 1, 2, 3, 4, 5].map((other) => (other === place ? 0.9 : 0.4));
		const shares = [r ?? 0, i ?? 0, a ?? 0, s ?? 0, e ?? 0, c ?? 0] as const;
		expect(findIdeas(shares, arabic, ANY).ideas.length, `type ${place}`).toBeGreaterThanOrEqual(3);
		expect(findIdeas(shares, english, ANY).ideas.length, `type ${place}`).toBeGreaterThanOrEqual(3);
	}
});
