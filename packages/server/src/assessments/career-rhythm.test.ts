import { fileURLToPath } from "node:url";
import { type Answer, type Assessment, Profile, type Scoring, scoreSession } from "@carhythm/core";
import { beforeAll, describe, expect, test } from "vitest";
import { assignIds } from "./assign-ids.ts";
import { readAssessmentFile } from "./read-file.ts";

let assessment: Assessment;
let scoring: Scoring;

beforeAll(async () => {
	const path = fileURLToPath(new URL("../../../../content/career-rhythm/assessment.json", import.meta.url));
	const result = await readAssessmentFile(path);
	if (!result.ok || result.scoring === null) throw new Error("Career rhythm cannot be read");
	let id = 0;
	assessment = assignIds(result.file, null, { page_id: () => ++id, question_id: () => ++id });
	scoring = result.scoring;
});

function questionsOf(chapter: string) {
	const pages = assessment.chapters.find(({ key }) => key === chapter)?.pages ?? [];
	return pages.flatMap((page) => page.questions);
}

function profile(values: Record<string, Answer>): Profile {
	const ids = new Map(
		assessment.chapters
			.flatMap((c) => c.pages)
			.flatMap((p) => p.questions)
			.map(({ key, id }) => [key, id]),
	);
	const answers = Object.entries(values).map(([key, answer]): [number, Answer] => {
		const id = ids.get(key);
		if (id === undefined) throw new Error(`no question ${key}`);
		return [id, answer];
	});
	return Profile.parse(scoreSession(assessment, scoring, new Map(answers)));
}

const slider = (value: number): Answer => ({ type: "slider", value });

function means(result: Profile): Record<string, number | string> {
	return Object.fromEntries(
		result.scales.map((scale) => [scale.key, scale.status === "complete" ? scale.mean : scale.status]),
	);
}

describe("personality, held against the published key of the Mini-IPIP", () => {
	// Donnellan et al. (2006), items in their published order; the chapter keeps that order.
	const KEY: Record<string, number[]> = {
		extraversion: [1, -6, 11, -16],
		agreeableness: [2, -7, 12, -17],
		conscientiousness: [3, -8, 13, -18],
		neuroticism: [4, -9, 14, -19],
		imagination: [5, -10, -15, -20],
	};
	const ANSWERS = [5, 4, 3, 2, 1, 2, 2, 2, 2, 2, 4, 5, 1, 3, 4, 1, 3, 5, 4, 2];

	test("gives the sums that were worked out by hand", () => {
		const keys = questionsOf("personality").map(({ key }) => key);
		const result = profile(Object.fromEntries(keys.map((key, n) => [key, slider(ANSWERS[n]!)])));
		expect(means(result)).toMatchObject({
			extraversion: 4.5, // 5 + (6 − 2) + 4 + (6 − 1) = 18
			agreeableness: 4, // 4 + (6 − 2) + 5 + (6 − 3) = 16
			conscientiousness: 2.25, // 3 + (6 − 2) + 1 + (6 − 5) = 9
			"emotional-stability": 3.25, // neuroticism 2 + (6 − 2) + 3 + (6 − 4) = 11, seen from the other end: 24 − 11 = 13
			imagination: 2.75, // 1 + (6 − 2) + (6 − 4) + (6 − 2) = 11
		});
	});

	test("asks in the published order and keys each item as published", () => {
		const keys = questionsOf("personality").map(({ key }) => key);
		for (const [name, items] of Object.entries(KEY)) {
			const stability = name === "neuroticism";
			const scale = scoring.scales.find(({ key }) => key === (stability ? "emotional-stability" : name));
			const published = items.map((n) => [keys[Math.abs(n) - 1], stability ? n > 0 : n < 0]);
			expect(
				scale?.items.map((item) => [item.question, item.reverse ?? false]),
				name,
			).toEqual(published);
		}
	});
});

describe("work style, held against the published key of the IPIP-NEO-120", () => {
	test("gives the sums that were worked out by hand, with the shared item from the personality chapter", () => {
		const answers: Record<string, number> = {
			...{ "work-01": 5, "work-07": 4, "work-12": 4, "work-18": 5 },
			...{ "work-02": 2, "self-08": 5, "work-13": 4, "work-19": 5 },
			...{ "work-03": 5, "work-08": 5, "work-14": 1, "work-20": 2 },
			...{ "work-04": 4, "work-09": 3, "work-15": 2, "work-21": 2 },
			...{ "work-05": 1, "work-10": 3, "work-16": 5, "work-22": 4 },
			...{ "work-06": 1, "work-11": 2, "work-17": 3, "work-23": 4 },
		};
		const result = profile(
			Object.fromEntries(Object.entries(answers).map(([key, value]) => [key, slider(value)])),
		);
		expect(means(result)).toMatchObject({
			"self-efficacy": 4.5, // all four as they are: 5 + 4 + 4 + 5 = 18
			orderliness: 1.5, // 2 + (6 − 5) + (6 − 4) + (6 − 5) = 6
			dutifulness: 4.75, // 5 + 5 + (6 − 1) + (6 − 2) = 19
			"achievement-striving": 3.75, // 4 + 3 + (6 − 2) + (6 − 2) = 15
			"self-discipline": 1.75, // 1 + 3 + (6 − 5) + (6 − 4) = 7
			cautiousness: 3.5, // all four reversed: 24 − (1 + 2 + 3 + 4) = 14
			conscientiousness: "not_enough", // one of its four items is answered
		});
	});
});

describe("interests", () => {
	const LETTERS = ["r", "i", "a", "s", "e", "c"];
	// The keys are neutral, because the browser sees them; the scoring says which type an activity belongs to.
	const activity = (letter: string, n: number) =>
		`activity-${String(6 * n + LETTERS.indexOf(letter) + 1).padStart(2, "0")}`;
	const rate = (values: Record<string, number[]>) =>
		Object.fromEntries(
			Object.entries(values).flatMap(([letter, list]) =>
				list.map((value, n): [string, Answer] => [activity(letter, n), slider(value)]),
			),
		);

	test("interleaves the six types, so a pause leaves them evenly answered", () => {
		const typeOf = (question: string) =>
			scoring.scales.find(
				({ riasec_type, items }) => riasec_type && items.some((item) => item.question === question),
			);
		const asked = questionsOf("interests").slice(0, 24);
		expect(asked.map(({ key }) => typeOf(key)?.riasec_type).join("")).toBe("RIASEC".repeat(4));
	});

	test("names one leading type, and keeps what is close together together", () => {
		const result = profile(
			rate({
				r: [1, 1, 2, 2],
				i: [5, 5, 5, 4],
				a: [4, 4, 3, 4],
				s: [4, 3, 4, 4],
				e: [2, 2, 2, 2],
				c: [1, 2, 2, 1],
			}),
		);
		expect(result.interests).toMatchObject({
			ranking: [["investigative"], ["artistic", "social"], ["realistic", "enterprising", "conventional"]],
			top: ["investigative"],
			flat: false,
			differentiation: 3.25, // 4.75 − 1.5
		});
		expect(result.interests?.hexagon.map(({ riasec_type }) => riasec_type).join("")).toBe("RIASEC");
	});

	test("says that nothing stands out when all are alike", () => {
		const result = profile(rate(Object.fromEntries(LETTERS.map((letter) => [letter, [3, 3, 4, 3]]))));
		expect(result.interests).toMatchObject({ top: [], flat: true, differentiation: 0 });
		expect(result.interests?.ranking).toHaveLength(1);
	});

	test("are not compared while one type lacks an answer", () => {
		const values = rate(Object.fromEntries(LETTERS.map((letter) => [letter, [5, 3, 4, 3]])));
		delete values["activity-24"];
		const result = profile(values);
		expect(result.interests).toBeNull();
		expect(means(result)).toMatchObject({ realistic: 3.75, conventional: "preliminary" });
	});
});

test("choices and the ranking come back as they were given, in both languages, and the essay does not", () => {
	const result = profile({
		"interest-ranking": {
			type: "ordering",
			ordered_items: [
				"ترتيب الأرقام أو الملفات أو المواعيد",
				"Working with tools or machines",
				"Finding out how something works",
				"Making something nobody has seen before",
				"Being there for someone who needs help",
				"Winning others over to a plan and leading it",
			],
		},
		"work-places": { type: "mcq", selected_options: ["home", "lab"] },
		"best-time": { type: "mcq", selected_options: ["night"] },
		"went-well": { type: "essay", text: "A secret." },
	});
	const [ranking, places, time] = result.choices;
	expect(ranking).toMatchObject({ type: "ordering", question: "interest-ranking" });
	expect(ranking?.type === "ordering" && ranking.ranked[0]?.en).toBe(
		"Bringing order to figures, files or dates",
	);
	expect(places).toMatchObject({ question: "work-places", selected: [{ value: "lab" }, { value: "home" }] });
	expect(time).toMatchObject({
		selected: [{ value: "night", label: { en: "Late at night", ar: "في وقت متأخر من الليل" } }],
	});
	expect(JSON.stringify(result)).not.toContain("secret");
	expect(result.interests).toBeNull();
});

test("every scale has words for every band in both languages, and they fit their band", () => {
	for (const scale of scoring.scales) {
		for (const text of [scale.name, scale.description, scale.low_text, scale.mid_text, scale.high_text]) {
			expect(text?.en && text.ar, scale.key).toBeTruthy();
		}
	}
	const lowest = Object.fromEntries(["01", "07", "13", "19"].map((n) => [`activity-${n}`, slider(1)]));
	const realistic = profile(lowest).scales[0];
	expect(realistic).toMatchObject({
		key: "realistic",
		mean: 1,
		share: 0,
		band: "lower",
		text: scoring.scales[0]?.low_text,
	});
});

test("carries the notices and the attributions that its licences ask for, to where students see them", () => {
	const shown = [...assessment.notices, ...(assessment.attribution ?? [])].map(({ en }) => en).join(" ");
	for (const words of [
		"For orientation only",
		"The Arabic translation has not been validated",
		"USDOL/ETA has not approved, endorsed, or tested these modifications.",
		"International Personality Item Pool",
		"Zeinoun",
		"B5 Holding AS, MIT License",
	]) {
		expect(shown).toContain(words);
	}
});
