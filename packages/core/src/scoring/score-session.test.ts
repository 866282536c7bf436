import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Assessment } from "../assessment.ts";
import type { Answer, Question } from "../question-types/index.ts";
import { holds } from "../testing/holds.ts";
import { bandOf } from "./band.ts";
import { judgeCoverage } from "./coverage.ts";
import { tooCloseToTell } from "./interests.ts";
import { Profile, type ScaleResult } from "./profile.ts";
import { scoreSession } from "./score-session.ts";
import { RIASEC_TYPES, reverseScore, type Scale, type Scoring } from "./scoring.ts";

const text = (en: string) => ({ en, ar: `ع ${en}` });

function slider(key: string, id: number, [min, max]: readonly [number, number] = [1, 5]): Question {
	return { id, key, text: text(key), required: true, type: "slider", min, max, step: 1, scale_labels: [] };
}

function assessmentOf(questions: Question[]): Assessment {
	const page = { id: 1, key: "page", title: text("Page"), questions };
	const chapter = { key: "chapter", title: text("Chapter"), estimated_minutes: 1, pages: [page] };
	return {
		key: "test",
		version: 3,
		title: text("Test"),
		estimated_minutes: 1,
		notices: [],
		chapters: [chapter],
	};
}

function scaleOf(key: string, items: Scale["items"], more: Partial<Scale> = {}): Scale {
	return { key, name: text(key), kind: "scale", group: "all", method: "mean", items, ...more };
}

function scoringOf(scales: Scale[]): Scoring {
	return { groups: [{ key: "all", name: text("All") }], instruments: [], scales };
}

/** A scale of `total` items from 1 to 5 of which the first are answered with these values. */
function scoreOne(values: readonly number[], total: number, reversed: readonly number[] = []): ScaleResult {
	const questions = Array.from({ length: total }, (_, n) => slider(`q${n + 1}`, n + 1));
	const items = questions.map(({ key, id }) =>
		reversed.includes(id) ? { question: key, reverse: true } : { question: key },
	);
	const answers = new Map(values.map((value, n): [number, Answer] => [n + 1, { type: "slider", value }]));
	const [result] = scoreSession(assessmentOf(questions), scoringOf([scaleOf("one", items)]), answers).scales;
	if (result === undefined) throw new Error("no result");
	return result;
}

describe("a scale", () => {
	test("that is answered whole is the mean of its items, reverse-keyed ones turned round", () => {
		expect(scoreOne([5, 4, 1, 2], 4, [3, 4])).toMatchObject({
			status: "complete",
			mean: 4.5, // 5 + 4 + (6 − 1) + (6 − 2) = 18
			min: 1,
			max: 5,
			share: 0.875,
			band: "higher",
			items_total: 4,
			items_answered: 4,
		});
	});

	test("of ten items bears two missing answers; the mean is of those given, never of zeros or midpoints", () => {
		expect(scoreOne([5, 5, 5, 5, 5, 5, 5, 5], 10)).toMatchObject({ status: "prorated", mean: 5, share: 1 });
		expect(scoreOne([1, 1, 1, 1, 1, 1, 1, 1], 10)).toMatchObject({ status: "prorated", mean: 1, share: 0 });
	});

	test("of ten items with five to seven answers shows a band and no number", () => {
		const result = scoreOne([5, 5, 5, 5, 5], 10);
		expect(result).toMatchObject({ status: "preliminary", band: "higher", items_answered: 5 });
		expect(Object.keys(result)).not.toContain("mean");
	});

	test("keeps an answer of 0 apart from no answer", () => {
		const questions = ["a", "b", "c", "d"].map((key, n) => slider(key, n, [0, 10]));
		const scoring = scoringOf([
			scaleOf(
				"one",
				questions.map(({ key }) => ({ question: key })),
			),
		]);
		const zero: Answer = { type: "slider", value: 0 };
		const all = new Map(questions.map(({ id }): [number, Answer] => [id, zero]));
		expect(scoreSession(assessmentOf(questions), scoring, all).scales[0]).toMatchObject({
			status: "complete",
			mean: 0,
		});
		expect(scoreSession(assessmentOf(questions), scoring, new Map()).scales[0]?.status).toBe("not_enough");
	});

	test("takes an answer that does not fit its question for none", () => {
		const questions = ["a", "b", "c", "d"].map((key, n) => slider(key, n));
		const scoring = scoringOf([
			scaleOf(
				"one",
				questions.map(({ key }) => ({ question: key })),
			),
		]);
		const answers = new Map<number, Answer>([
			[0, { type: "slider", value: 99_999 }],
			[1, { type: "essay", text: "4" }],
			[2, { type: "slider", value: 4 }],
			[3, { type: "slider", value: 4 }],
		]);
		expect(scoreSession(assessmentOf(questions), scoring, answers).scales[0]).toMatchObject({
			status: "not_enough",
			items_answered: 2,
		});
	});

	test("counts a single choice by the scores of its options; an option without one counts as unanswered", () => {
		const choices = ["never", "often", "unsure"].map((value) => ({ value, label: text(value) }));
		const questions: Question[] = ["a", "b"].map((key, id) => ({
			...{ id, key, text: text(key), required: true },
			...{ type: "mcq", multiple: false, choices },
		}));
		const items = questions.map(({ key }) => ({ question: key, option_scores: { never: 0, often: 2 } }));
		const choose = (...values: string[]) =>
			scoreSession(
				assessmentOf(questions),
				scoringOf([scaleOf("one", items)]),
				new Map(
					values.map((value, id): [number, Answer] => [id, { type: "mcq", selected_options: [value] }]),
				),
			);
		expect(choose("never", "often").scales[0]).toMatchObject({
			status: "complete",
			mean: 1,
			min: 0,
			max: 2,
			share: 0.5,
		});
		expect(choose("often", "unsure").scales[0]).toMatchObject({ status: "not_enough", items_answered: 1 });
		expect(choose("often", "often").choices).toEqual([]);
	});

	test("with an item that does not exist is a bug", () => {
		expect(() =>
			scoreSession(assessmentOf([]), scoringOf([scaleOf("one", [{ question: "x" }])]), new Map()),
		).toThrow("does not exist: x");
	});
});

test.each([
	[4, 4, "complete"],
	[3, 4, "preliminary"],
	[2, 4, "not_enough"],
	[2, 3, "preliminary"],
	[1, 2, "not_enough"],
	[0, 0, "not_enough"],
	[10, 10, "complete"],
	[8, 10, "prorated"],
	[7, 10, "preliminary"],
	[5, 10, "preliminary"],
	[4, 10, "not_enough"],
	[4, 5, "prorated"],
	[19, 25, "preliminary"],
	[20, 25, "prorated"],
] as const)("%i of %i answered is %s", (answered, total, coverage) => {
	expect(judgeCoverage(answered, total)).toBe(coverage);
});

test("the middle band is the middle fifth of the range, its ends included", () => {
	expect([0, 0.399, 0.4, 0.5, 0.6, 0.601, 1].map(bandOf)).toEqual([
		"lower",
		"lower",
		"middle",
		"middle",
		"middle",
		"higher",
		"higher",
	]);
	// 3.4 on a scale from 1 to 5 is exactly at the end; binary fractions must not push it over.
	expect(scoreOne([3, 3, 3, 4, 4], 5)).toMatchObject({ mean: 3.4, share: 0.6, band: "middle" });
});

test("two four-item types are told apart from three points of the sum on", () => {
	const type = (sum: number) => ({ share: (sum / 4 - 1) / 4, items_answered: 4 });
	expect(tooCloseToTell(type(18), type(16))).toBe(true);
	expect(tooCloseToTell(type(18), type(15))).toBe(false);
});

test("a choice or ranking that does not fit its question is not reported", () => {
	const base = { text: text("Q"), required: true };
	const choices = ["a", "b"].map((value) => ({ value, label: text(value) }));
	const questions: Question[] = [
		{ ...base, id: 1, key: "one", type: "mcq", multiple: false, choices },
		{
			...base,
			id: 2,
			key: "order",
			type: "ordering",
			randomize: true,
			items: [{ text: text("x") }, { text: text("y") }],
		},
	];
	const report = (options: string[], items: string[]) =>
		scoreSession(
			assessmentOf(questions),
			scoringOf([]),
			new Map<number, Answer>([
				[1, { type: "mcq", selected_options: options }],
				[2, { type: "ordering", ordered_items: items }],
			]),
		).choices.map(({ question }) => question);
	expect(report(["a"], ["y", "x"])).toEqual(["one", "order"]);
	expect(report(["a", "b"], ["y", "y"])).toEqual([]);
	expect(report(["c"], ["y"])).toEqual([]);
});

describe("for whatever answers", () => {
	const questions = Array.from({ length: 24 }, (_, n) => slider(`q${n}`, n));
	const scales = RIASEC_TYPES.map((riasec_type, t) =>
		scaleOf(
			riasec_type.toLowerCase(),
			[0, 6, 12, 18].map((row) => ({ question: `q${row + t}`, reverse: row === 18 })),
			{ kind: "riasec", riasec_type },
		),
	);
	const scoring = scoringOf(scales);
	const assessment = assessmentOf(questions);
	const anyAnswers = fc.dictionary(
		fc.integer({ min: 0, max: 23 }).map(String),
		fc.integer({ min: 1, max: 5 }),
		{
			maxKeys: 24,
			size: "max",
		},
	);
	const toAnswers = (values: Record<string, number>) =>
		new Map(
			Object.entries(values).map(([id, value]): [number, Answer] => [Number(id), { type: "slider", value }]),
		);

	test("turning a score round twice gives it back", () => {
		const range = fc.tuple(fc.integer(), fc.nat()).map(([min, width]) => ({ min, max: min + width }));
		holds(
			fc.property(range, fc.integer(), (range, value) => {
				expect(reverseScore(reverseScore(value, range), range)).toBe(value);
			}),
		);
	});

	test("the profile fits its schema, and shows a number only where enough is answered", () => {
		holds(
			fc.property(anyAnswers, (values) => {
				const profile = scoreSession(assessment, scoring, toAnswers(values));
				expect(Profile.parse(profile)).toEqual(profile);
				for (const scale of profile.scales) {
					expect("mean" in scale || "share" in scale).toBe(scale.items_answered === 4);
					expect("band" in scale).toBe(scale.items_answered >= 3);
				}
				expect(profile.interests !== null).toBe(Object.keys(values).length === 24);
			}),
		);
	});

	test("their order changes nothing", () => {
		holds(
			fc.property(
				anyAnswers.chain((values) =>
					fc.tuple(
						fc.constant(values),
						fc.shuffledSubarray(Object.keys(values), { minLength: Object.keys(values).length }),
					),
				),
				([values, order]) => {
					const shuffled = new Map(
						[...order].map((id): [number, Answer] => [Number(id), { type: "slider", value: values[id]! }]),
					);
					const expected = scoreSession(assessment, scoring, toAnswers(values));
					expect(JSON.stringify(scoreSession(assessment, scoring, shuffled))).toBe(JSON.stringify(expected));
				},
			),
		);
	});

	test("an unanswered item more in one scale changes no other scale and never makes up a score", () => {
		const longer = scales.map((scale, n) =>
			n === 0 ? { ...scale, items: [...scale.items, { question: "new" }] } : scale,
		);
		const withNew = assessmentOf([...questions, slider("new", 99)]);
		holds(
			fc.property(anyAnswers, (values) => {
				const [first, ...others] = scoreSession(assessment, scoring, toAnswers(values)).scales;
				const [changed, ...same] = scoreSession(withNew, scoringOf(longer), toAnswers(values)).scales;
				expect(same).toEqual(others);
				if (first?.status === "complete")
					expect(changed).toMatchObject({ status: "prorated", mean: first.mean });
			}),
		);
	});

	test("the ranking holds every type once, and each group leads the next", () => {
		const full = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 24, maxLength: 24 });
		holds(
			fc.property(full, (values) => {
				const { interests, scales: results } = scoreSession(
					assessment,
					scoring,
					toAnswers(Object.fromEntries(values.entries())),
				);
				if (interests === null) throw new Error("all are answered");
				expect(interests.ranking.flat().toSorted()).toEqual(["a", "c", "e", "i", "r", "s"]);
				const mean = new Map(
					results.map((scale) => [scale.key, scale.status === "complete" ? scale.mean : Number.NaN]),
				);
				const highest = interests.ranking.map((group) => Math.max(...group.map((key) => mean.get(key)!)));
				for (const [n, lead] of highest.entries()) {
					if (n > 0) expect(highest[n - 1]! - lead).toBeGreaterThanOrEqual(0.75);
				}
				expect(interests.flat).toBe(interests.differentiation < 0.75);
			}),
		);
	});
});

describe("a scale of points", () => {
	const choice: Question = {
		id: 2,
		key: "choice",
		text: text("choice"),
		required: true,
		type: "mcq",
		multiple: false,
		choices: [
			{ value: "a", label: text("a") },
			{ value: "b", label: text("b") },
		],
	};
	const many: Question = { ...choice, id: 3, key: "many", multiple: true } as Question;
	const ranking: Question = {
		id: 4,
		key: "ranking",
		text: text("ranking"),
		required: true,
		type: "ordering",
		randomize: false,
		items: ["one", "two", "three"].map((en) => ({ text: text(en) })),
	};
	const points: Scale["items"] = [
		{ question: "slider" },
		{ question: "choice", option_scores: { a: 3 } },
		{ question: "many", option_scores: { a: 2, b: -1 } },
		{ question: "ranking", rank_scores: { items: ["one", "three"], points: [6, 5, 4] } },
	];
	const scored = (answers: [number, Answer][], more: Partial<Scale> = {}) => {
		const assessment = assessmentOf([slider("slider", 1), choice, many, ranking]);
		const scoring = scoringOf([scaleOf("one", points, { method: "points", ...more })]);
		return scoreSession(assessment, scoring, new Map(answers)).scales[0];
	};
	const WHOLE: [number, Answer][] = [
		[1, { type: "slider", value: 4 }],
		[2, { type: "mcq", selected_options: ["b"] }],
		[3, { type: "mcq", selected_options: ["a", "b"] }],
		[4, { type: "ordering", ordered_items: ["ع three", "two", "one"] }],
	];

	test("is the sum of its items, in the range that they allow, rankings in either language", () => {
		// 4 + 0 + (2 − 1) + (6 + 4) = 15; from 1 + 0 − 1 + (4 + 5) = 9 to 5 + 3 + 2 + (6 + 5) = 21.
		expect(scored(WHOLE)).toMatchObject({
			status: "complete",
			method: "points",
			mean: 15,
			min: 9,
			max: 21,
			share: 0.5,
		});
	});

	test("counts a choice of something else as 0 and no answer as no answer", () => {
		const without = WHOLE.filter(([id]) => id !== 2);
		expect(scored(without)).toMatchObject({ status: "preliminary", items_answered: 3 });
		expect(scored(WHOLE.slice(0, 1))).toMatchObject({ status: "not_enough" });
	});

	test("with a fifth of its items missing keeps the share of those that are answered", () => {
		const questions = [1, 2, 3, 4, 5].map((n) => slider(`q${n}`, n));
		const scale = scaleOf(
			"one",
			questions.map(({ key }) => ({ question: key })),
			{ method: "points" },
		);
		const answers = [1, 2, 3, 4].map((id): [number, Answer] => [id, { type: "slider", value: 4 }]);
		const [result] = scoreSession(assessmentOf(questions), scoringOf([scale]), new Map(answers)).scales;
		// 16 of 4 to 20 is three quarters: 20 of 5 to 25.
		expect(result).toMatchObject({ status: "prorated", mean: 20, min: 5, max: 25, share: 0.75 });
	});
});
