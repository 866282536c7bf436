import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatProblem } from "./problem.ts";
import { readAssessmentFile } from "./read-file.ts";

const content = (path: string) => fileURLToPath(new URL(`../../../../content/${path}`, import.meta.url));

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "carhythm-read-file-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SOUND = `key: school
languages: [en, ar]
title: { en: School, ar: مدرسة }
estimated_minutes: 2
scale_label_sets:
  agree: [{ en: No, ar: لا }, { en: Maybe, ar: ربما }, { en: Yes, ar: نعم }]
scoring: scoring.yaml
chapters:
  - key: first
    title: { en: First, ar: الأول }
    estimated_minutes: 2
    pages:
      - key: page-1
        title: { en: Page, ar: صفحة }
        questions:
          - { key: tea, type: slider, text: { en: Tea, ar: شاي }, min: 1, max: 3, scale_labels: agree }
          - { key: milk, type: slider, text: { en: Milk, ar: حليب }, min: 0, max: 100, step: 5 }
          - key: cup
            type: mcq
            text: { en: Cup, ar: كوب }
            choices: [{ value: small, label: { en: Small, ar: صغير } }, { value: big, label: { en: Big, ar: كبير } }]
          - key: order
            type: ordering
            text: { en: Order, ar: ترتيب }
            items: [{ text: { en: One, ar: واحد } }, { text: { en: Two, ar: اثنان } }]
          - { key: story, type: essay, text: { en: Story, ar: قصة }, char_limit: 100 }
`;
const SOUND_SCORING = `groups: [{ key: drinks, name: { en: Drinks, ar: مشروبات } }]
instruments: []
scales:
  - key: thirst
    name: { en: Thirst, ar: عطش }
    kind: scale
    group: drinks
    method: mean
    items:
      - question: tea
`;

/** Writes the sound pair with one text in it replaced, and reads it; the problems as a person sees them. */
async function read(change: { file?: "school.yaml" | "scoring.yaml"; from: string; to: string } | null) {
	const { file = "school.yaml", from, to } = change ?? { from: "", to: "" };
	for (const [name, text] of [
		["school.yaml", SOUND],
		["scoring.yaml", SOUND_SCORING],
	] as const) {
		if (name === file && !text.includes(from)) throw new Error(`the sound file does not hold ${from}`);
		await writeFile(join(folder, name), name === file ? text.replace(from, to) : text);
	}
	const result = await readAssessmentFile(join(folder, "school.yaml"));
	return result.ok ? [] : result.problems.map(formatProblem).map((line) => line.replace(`${folder}/`, ""));
}

describe("the assessments that ship", () => {
	test("Career rhythm is sound: 71 questions in three chapters of 12 minutes, 17 scales", async () => {
		const result = await readAssessmentFile(content("career-rhythm/assessment.json"));
		if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
		const { chapters, estimated_minutes } = result.file;
		expect(chapters.flatMap((chapter) => chapter.pages).flatMap((page) => page.questions)).toHaveLength(71);
		expect(chapters.reduce((sum, chapter) => sum + chapter.estimated_minutes, 0)).toBe(estimated_minutes);
		expect(result.scoring?.scales).toHaveLength(17);
	});

	test("the sampler is sound, has every type and no scoring", async () => {
		const result = await readAssessmentFile(content("sampler/assessment.json"));
		if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
		const questions = result.file.chapters
			.flatMap((chapter) => chapter.pages)
			.flatMap((page) => page.questions);
		expect(questions.map((question) => question.type)).toEqual([
			"slider",
			"slider",
			"mcq",
			"ordering",
			"essay",
		]);
		expect(result.scoring).toBeNull();
	});
});

describe("a file of one's own", () => {
	test("in YAML is read with what is usual filled in", async () => {
		expect(await read(null)).toEqual([]);
		const result = await readAssessmentFile(join(folder, "school.yaml"));
		if (!result.ok) throw new Error("not read");
		expect(result.file.chapters[0]?.pages[0]?.questions[0]).toMatchObject({ required: true, step: 1 });
		expect(result.scoring?.scales[0]?.items).toEqual([{ question: "tea" }]);
	});

	test("may hold its scoring key inside", async () => {
		const inside = `scoring:\n${SOUND_SCORING.replace(/^(?=.)/gm, "  ")}`;
		expect(await read({ from: "scoring: scoring.yaml\n", to: inside })).toEqual([]);
		const wrong = inside.replace("question: tea", "question: coffee");
		expect(await read({ from: "scoring: scoring.yaml\n", to: wrong })).toEqual([
			`school.yaml:17:21 item thirst: There is no question "coffee" in the assessment. Correct the name.`,
		]);
	});

	const mistakes: [
		what: string,
		change: { file?: "scoring.yaml"; from: string; to: string },
		problem: string,
	][] = [
		[
			"a bracket that is never closed",
			{ from: "languages: [en, ar]", to: "languages: [en, ar" },
			"school.yaml:3:1 This is not valid JSON or YAML",
		],
		[
			"a field written twice",
			{ from: "estimated_minutes: 2\nscale", to: "estimated_minutes: 2\nkey: again\nscale" },
			`school.yaml:5:1 The field "key" stands twice in the same place. Remove one.`,
		],
		[
			"an unknown field",
			{ from: "max: 3,", to: "max: 3, colour: red," },
			`school.yaml:16:83 item tea: There is no field "colour" here. Correct its spelling or remove it.`,
		],
		[
			"a missing field",
			{ from: "    title: { en: First, ar: الأول }\n", to: "" },
			`school.yaml:9:5 item first: "title" is missing.`,
		],
		[
			"a number for a text",
			{ from: "en: Milk", to: "en: 7" },
			`school.yaml:17:52 item milk: "text.en" must be text (put it in quotes).`,
		],
		["a text for a number", { from: "max: 3", to: 'max: "3"' }, `item tea: "max" must be a number.`],
		[
			"an empty text",
			{ from: "en: Milk", to: 'en: " "' },
			`school.yaml:17:52 item milk: "text.en" must not be empty.`,
		],
		[
			"NUL in a text",
			{ from: "en: Milk", to: 'en: "a\\0b"' },
			`"text.en" must not contain NUL or broken Unicode characters.`,
		],
		[
			"half of a character",
			{ from: "en: Milk", to: 'en: "\\ud800"' },
			`"text.en" must not contain NUL or broken Unicode characters.`,
		],
		[
			"an unknown type",
			{ from: "type: essay", to: "type: poem" },
			`item story: "type" must be one of: slider, mcq, ordering, essay.`,
		],
		[
			"a title that is too long for its column",
			{ from: "en: First", to: `en: ${"x".repeat(101)}` },
			`item first: "title.en" may have at most 100 characters.`,
		],
		[
			"a key that is too long for its column",
			{ from: "key: story", to: "key: a-story-that-never-ends" },
			`"key" may have at most 20 characters.`,
		],
		[
			"a key with capital letters",
			{ from: "key: story", to: "key: Story" },
			`"key" must be lower-case letters, digits, '.', '_' or '-'.`,
		],
		[
			"half a minute",
			{ from: "estimated_minutes: 2\n    pages", to: "estimated_minutes: 1.5\n    pages" },
			`school.yaml:11:24 item first: "estimated_minutes" must be a whole number.`,
		],
		[
			"a question key used twice",
			{ from: "key: milk", to: "key: tea" },
			`school.yaml:17:20 item tea: "key" must differ among the questions: "tea" is taken. Choose another.`,
		],
		[
			"a range that runs backwards",
			{ from: "min: 1, max: 3", to: "min: 3, max: 1" },
			`school.yaml:16:72 item tea: "min" (3) must be less than "max" (1). Exchange them.`,
		],
		[
			"a step that does not fit",
			{ from: "step: 5", to: "step: 7" },
			`item milk: "step" (7) does not lead from 0 to 100. Choose a step that divides 100.`,
		],
		["a step of nothing", { from: "step: 5", to: "step: 0" }, `item milk: "step" must be more than 0.`],
		[
			"too few labels",
			{ from: "max: 3", to: "max: 5" },
			"school.yaml:16:97 item tea: There are 3 labels for 5 steps from 1 to 5. Give one for each step, or none.",
		],
		[
			"one label",
			{ from: "scale_labels: agree", to: "scale_labels: [{ en: No, ar: لا }]" },
			"item tea: There is 1 label for 3 steps from 1 to 3.",
		],
		[
			"an empty name of a picture",
			{ from: "type: essay", to: 'type: essay, scene_image: ""' },
			`item story: "scene_image" needs at least 1 character.`,
		],
		...["javascript:alert(1)", "https://other.example/a.png", "//other.example/a.png", "/a b.png"].map(
			(picture): [string, { from: string; to: string }, string] => [
				`a picture that is not of this site: ${picture}`,
				{ from: "type: essay", to: `type: essay, scene_image: "${picture}"` },
				`item story: "scene_image" must be an address within this site, such as /scenes/door.png.`,
			],
		),
		[
			"an unknown label set",
			{ from: "scale_labels: agree", to: "scale_labels: agreed" },
			`There is no label set "agreed" in "scale_label_sets" (there: agree). Add it, or list the labels here.`,
		],
		[
			"a label that is too long",
			{ from: "step: 5", to: `step: 5, min_label: { en: ${"x".repeat(101)}, ar: لا }` },
			`item milk: "min_label.en" may have at most 100 characters.`,
		],
		[
			"a single choice to choose from",
			{ from: ", { value: big, label: { en: Big, ar: كبير } }", to: "" },
			`school.yaml:21:22 item cup: "choices" needs at least 2 entries.`,
		],
		[
			"a choice value used twice",
			{ from: "value: big", to: "value: small" },
			`item cup: "value" must differ among the choices: "small" is taken. Choose another.`,
		],
		[
			"items that read alike over languages",
			{ from: "en: Two", to: "en: واحد" },
			`item order: "text" must differ among the items, in whatever language: "واحد" is taken. Choose another.`,
		],
		[
			"a promised language that is missing",
			{ from: "{ en: Milk, ar: حليب }", to: "{ en: Milk }" },
			`school.yaml:17:46 item milk: The Arabic text is missing: add "ar" beside "en", or take "ar" out of "languages".`,
		],
		["no English", { from: "[en, ar]", to: "[ar]" }, `school.yaml:2:12 "languages" must hold "en"`],
		[
			"an unknown language",
			{ from: "[en, ar]", to: "[en, ar, fr]" },
			`"languages[2]" must be one of: en, ar.`,
		],
		[
			"an essay of no characters",
			{ from: "char_limit: 100", to: "char_limit: 0" },
			`item story: "char_limit" must be at least 1.`,
		],
		[
			"a scoring file elsewhere",
			{ from: "scoring.yaml", to: "../scoring.yaml" },
			`"scoring" must be a file beside this one.`,
		],
		[
			"a scoring file that does not exist",
			{ from: "scoring.yaml", to: "keys.json" },
			"keys.json:1:1 There is no file of this name.",
		],
		[
			"a scored question that does not exist",
			{ file: "scoring.yaml", from: "question: tea", to: "question: coffee" },
			`scoring.yaml:10:19 item thirst: There is no question "coffee" in the assessment. Correct the name.`,
		],
		[
			"a scored essay",
			{ file: "scoring.yaml", from: "question: tea", to: "question: story" },
			`"story" is of type essay, which has no score. Take it out of the scale.`,
		],
		[
			"a choice without scores",
			{ file: "scoring.yaml", from: "question: tea", to: "question: cup" },
			`"cup" is a choice: say in "option_scores" what each option counts.`,
		],
		[
			"scores of an option that does not exist",
			{
				file: "scoring.yaml",
				from: "question: tea",
				to: "{ question: cup, option_scores: { small: 1, huge: 2 } }",
			},
			`scoring.yaml:10:53 item thirst: There is no option "huge" (there: small, big). Correct the name.`,
		],
		[
			"items of two ranges in one scale",
			{ file: "scoring.yaml", from: "question: tea\n", to: "question: tea\n      - question: milk\n" },
			`scoring.yaml:11:9 item thirst: "milk" goes from 0 to 100, the items before it from 1 to 3.`,
		],
		[
			"items whose ranges only end alike",
			{
				file: "scoring.yaml",
				from: "question: tea\n",
				to: "question: tea\n      - { question: cup, option_scores: { small: 0, big: 3 } }\n",
			},
			`item thirst: "cup" goes from 0 to 3, the items before it from 1 to 3.`,
		],
		[
			"a scale of an unknown group",
			{ file: "scoring.yaml", from: "group: drinks", to: "group: food" },
			`scoring.yaml:7:12 item thirst: There is no group "food" in "groups".`,
		],
		[
			"an interest scale without its type",
			{ file: "scoring.yaml", from: "kind: scale", to: "kind: riasec" },
			`"riasec_type" belongs to scales of kind "riasec"`,
		],
		[
			"an empty name of a scale",
			{ file: "scoring.yaml", from: "en: Thirst", to: 'en: ""' },
			`scoring.yaml:5:17 item thirst: "en" must not be empty.`,
		],
		[
			"a scale name without Arabic",
			{ file: "scoring.yaml", from: "{ en: Thirst, ar: عطش }", to: "{ en: Thirst }" },
			"scoring.yaml:5:11 item thirst: The Arabic text is missing",
		],
		[
			"an unknown field in the scoring",
			{ file: "scoring.yaml", from: "method: mean", to: "method: mean\n    weight: 2" },
			`scoring.yaml:9:5 item thirst: There is no field "weight" here.`,
		],
	];
	test.each(mistakes)("with %s is refused with its line", async (_, change, problem) => {
		const problems = await read(change);
		expect(problems.join("\n")).toContain(problem);
		expect(problems).toHaveLength(1);
	});

	test("has all its mistakes reported at once, in the order of lines", async () => {
		const problems = await read({
			from: SOUND.slice(SOUND.indexOf("          - { key: tea")),
			to: `          - { key: tea, type: slider, text: { en: Tea }, min: 3, max: 1 }
          - { key: tea, type: essay, text: { en: "", ar: قصة }, limit: 3 }
`,
		});
		expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
			"school.yaml:16:45",
			"school.yaml:16:63",
			"school.yaml:17:20",
			"school.yaml:17:50",
			"school.yaml:17:65",
		]);
	});
});
