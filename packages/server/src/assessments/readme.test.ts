import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatProblem } from "./problem.ts";
import { type ReadResult, readAssessmentFile } from "./read-file.ts";

const README = new URL("../../../../content/README.md", import.meta.url);

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "carhythm-readme-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The YAML blocks of content/README.md that begin with a file's name in a comment, by that name. */
async function examples(): Promise<Map<string, string>> {
	const readme = await readFile(README, "utf8");
	const blocks = readme.matchAll(/^```yaml\n# (\S+\.yaml)\n([\s\S]*?)^```/gm);
	return new Map([...blocks].map(([, name = "", text = ""]) => [name, text]));
}

async function readExamples(change: (text: string) => string = (text) => text): Promise<ReadResult> {
	const files = await examples();
	for (const [name, text] of files) await writeFile(join(folder, name), change(text));
	return readAssessmentFile(join(folder, "my-assessment.yaml"));
}

test("the examples in content/README.md are an assessment and its scoring, and are sound", async () => {
	expect([...(await examples()).keys()]).toEqual(["my-assessment.yaml", "scoring.yaml"]);
	const result = await readExamples();
	expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([]);
	if (!result.ok) return;
	const questions = result.file.chapters.flatMap(({ pages }) => pages.flatMap((page) => page.questions));
	expect(questions.map(({ type }) => type)).toEqual(["slider", "slider", "mcq", "ordering", "essay"]);
	expect(result.scoring?.instruments).toEqual([]);
	expect(result.scoring?.scales[0]).toMatchObject({
		method: "mean",
		items: [{ question: "tea" }, { question: "no-water", reverse: true }],
	});
});

test("the example of an assessment in content/README.md names the fields that may be left out", async () => {
	const text = (await examples()).get("my-assessment.yaml") ?? "";
	for (const field of [
		"description",
		"required",
		"multiple",
		"randomize",
		"char_limit",
		"scale_labels",
		"step",
	]) {
		expect(text).toMatch(new RegExp(`\\b${field}:`));
	}
});

test("the example of scoring by points in content/README.md is sound with the example of an assessment", async () => {
	const readme = await readFile(README, "utf8");
	const [, points = ""] = /^```yaml\n( {4}method: points\n[\s\S]*?)^```/m.exec(readme) ?? [];
	expect(points).toContain("rank_scores");
	const result = await readExamples((text) => text.replace(/^ {4}items:\n[\s\S]*/m, points));
	expect(result.ok ? result.scoring?.scales[0]?.method : result.problems.map(formatProblem)).toBe("points");
});
