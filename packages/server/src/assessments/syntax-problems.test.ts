import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatProblem } from "./problem.ts";
import { readAssessmentFile } from "./read-file.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "carhythm-syntax-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The problems of a file as a person sees them. */
async function check(text: string, name = "survey.yaml"): Promise<string[]> {
	const path = join(folder, name);
	await writeFile(path, text);
	const result = await readAssessmentFile(path);
	return result.ok ? [] : result.problems.map((problem) => formatProblem({ ...problem, file: name }));
}

const TAB = "YAML indents with spaces, not tabs. Replace the tabs at the beginning of lines with spaces.";
const COLUMN =
	"This line begins in another column than the lines that it belongs with. Fields of one group begin in the same column.";

test.each([
	[
		"in braces",
		"title: { en: Note: how, ar: x }\nkey: a\n",
		'survey.yaml:1:14 A text with a colon needs quotes: en: "Note: how"',
	],
	[
		"in braces, with commas in it",
		"title: { en: Note: how, when, ar: x }\n",
		'1:14 A text with a colon needs quotes: en: "Note: how, when"',
	],
	[
		"in braces over several lines",
		"title: {\n  en: Note: how,\n  ar: x\n}\n",
		'2:7 A text with a colon needs quotes: en: "Note: how"',
	],
	[
		"in Arabic",
		"title: { en: Note, ar: ملاحظة: كيف }\n",
		'1:24 A text with a colon needs quotes: ar: "ملاحظة: كيف"',
	],
	[
		"in a line of its own",
		"title:\n  en: Note: how # to\n  ar: x\n",
		'2:7 A text with a colon needs quotes: en: "Note: how"',
	],
	[
		"that ends in the name of a field",
		"title: { en: Mind the text: it is long, ar: x }\n",
		'1:14 A text with a colon needs quotes: en: "Mind the text: it is long"',
	],
	[
		"with quotation marks in it",
		'title: { en: Read: "this", ar: x }\n',
		'1:14 A text with a colon needs quotes: en: "Read: \\"this\\""',
	],
	["at a dash", "title: { en: - x, ar: x }\n", '1:14 A text that begins with "-" needs quotes: en: "- x"'],
	["at an @", "title:\n  en: @home\n", '2:7 A text that begins with "@" needs quotes: en: "@home"'],
])("a text that needs quotes, %s, is named with the quotes", async (_, text, sentence) => {
	const problems = await check(text);
	expect(problems.join("\n")).toContain(sentence);
	expect(problems).toHaveLength(1);
});

test.each([
	[
		"between languages",
		"title: { en: Tea ar: شاي }\n",
		'survey.yaml:1:18 A comma is missing before "ar": en: Tea, ar: …',
	],
	[
		"between quoted texts",
		'title: { en: "Tea" ar: "شاي" }\n',
		'1:20 A comma is missing before "ar": en: "Tea", ar: …',
	],
	[
		"before a group",
		"q: { key: tea, type: slider text: { en: Tea }, min: 1 }\n",
		'1:29 A comma is missing before "text": type: slider, text: …',
	],
	["after a group", "q: { text: { en: Tea } min: 1, max: 3 }\n", '1:24 A comma is missing before "min".'],
	["between groups of a list", "q: [{ en: a } { en: b }]\nkey: a\n", "1:15 A comma is missing before {."],
	[
		"at the end of a line",
		"title: {\n  en: Tea\n  ar: x\n}\n",
		"2:7 A comma is missing at the end of this line.",
	],
	[
		"in JSON indented with tabs",
		'{\n\t"key": "a"\n\t"languages": ["en"],\n\t"title": { "en": "x" }\n}\n',
		"2:11 A comma is missing at the end of this line.",
	],
])("a missing comma %s is named as one", async (_, text, sentence) => {
	const problems = await check(text);
	expect(problems.join("\n")).toContain(sentence);
	expect(problems).toHaveLength(1);
});

test("a field that shares the line of another outside of braces is sent to a line of its own", async () => {
	expect((await check("q:\n  - key: tea type: slider\n    min: 1\n"))[0]).toContain(
		'2:14 "type" needs a line of its own: key: tea, then type: … in the next line.',
	);
	expect((await check("c:\n  - value: big, label: { en: Big }\n"))[0]).toContain(
		"2:17 Fields in one line need braces: { value: big, label: … }",
	);
});

test.each([
	["a colon is missing before a brace", 'q:\n  - text{ en: "Note: how", ar: x }\n    min: 1\n'],
	["a dash is one too many", "q:\n  a: - key: tea\n"],
])("where %s, no remedy is made up", async (_, text) => {
	const problems = await check(text);
	expect(problems[0]).toContain("This is not valid JSON or YAML");
	expect(problems).toHaveLength(1);
});

test.each([
	["before a list", "key: a\nchapters:\n\t- key: first\n\t  title: { en: A }\n", "3:1"],
	["in one line of many", "a:\n  - b: 1\n\tc: { en: A }\n    d:\n      - e: 1\n      - f: 2\n", "3:1"],
	["before a page", "a:\n  - b: 1\n    c:\n\t- d: 1\n\t  e:\n\t  - { f: 1 }\n\t  - g: 2\n", "4:1"],
	["in a group over several lines", "a: {\n\ten: x,\n\tar: y\n}\n", "2:1"],
])("a tab %s is one problem, whatever follows", async (_, text, place) => {
	const [first, ...more] = await check(text);
	expect(first).toContain(`survey.yaml:${place} ${TAB}\n    →`);
	expect(more).toEqual([]);
});

test("a line in another column than its neighbours is named", async () => {
	expect(await check("a:\n  b: 1\n c: 2\nd: 1\n")).toEqual([`survey.yaml:3:2 ${COLUMN}\n    c: 2`]);
	expect(await check("a:\n  - b: 1\n     c: 2\n")).toEqual([`survey.yaml:3:6 ${COLUMN}\n    c: 2`]);
});

test("texts with colons are all named in one go, up to the first mistake that hides the rest", async () => {
	const problems = await check(
		"a: { en: Note: one, ar: ملاحظة: x }\nb: { en: Note: two, ar: x }\nc:\n\t- d: 1\n\t  e: 1\nf: { en: Note: three }\n",
	);
	expect(problems.map((line) => line.split(" ")[0])).toEqual([
		"survey.yaml:1:10",
		"survey.yaml:1:25",
		"survey.yaml:2:10",
		"survey.yaml:4:1",
	]);
});

test("the line with a syntax mistake is shown, long ones around the mistake, control characters left out", async () => {
	expect(await check("title: { en: Note: how, ar: x }\n")).toEqual([
		'survey.yaml:1:14 A text with a colon needs quotes: en: "Note: how"\n    title: { en: Note: how, ar: x }',
	]);
	const filler = "x: 1, ".repeat(1000);
	const [long = ""] = await check(`q: { ${filler}en: Note: ${"word ".repeat(50)}\u0007, ${filler}}\n`);
	const [sentence = "", line = ""] = long.split("\n    ");
	expect(sentence).toMatch(/needs quotes: en: "Note: word [\w ]+…"$/);
	expect(line).toMatch(/^….*en: Note: word.*…$/);
	expect(line.length).toBeLessThanOrEqual(102);
	expect(long).not.toContain("\u0007");
});

test("a line of thousands of mistakes gives 20 problems", async () => {
	expect(await check(`q: { ${"en: Note: how, ".repeat(5000)} }\n`)).toHaveLength(20);
});
