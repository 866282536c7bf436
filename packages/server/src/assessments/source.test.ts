import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAssessmentFile } from "./read-file.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "carhythm-source-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
	["larger than 2 MB", "x".repeat(2 * 1024 * 1024 + 1), "larger than 2 MB"],
	["nested thousands deep", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, "nested too deeply"],
	["an alias bomb", aliasBomb(), "more than 100000 values"],
	["not UTF-8", Buffer.from([0x6b, 0x65, 0x79, 0x3a, 0xff]), "not UTF-8"],
	[
		"as wide as a sea",
		`{${Array.from({ length: 100_000 }, (_, n) => `k${n}: 1`).join(", ")}}`,
		"more than 40000 lines, commas and brackets",
	],
	["a sea of commas", `[${",".repeat(1_500_000)}]`, "more than 40000 lines, commas and brackets"],
	["a sea of lines", "- a\n".repeat(400_000), "more than 40000 lines, commas and brackets"],
	["empty", "", "The file is empty. Begin with the example in content/README.md."],
	["only a comment", "# later\n", "The file is empty."],
	["only a list", "- 1", "must be a group of fields"],
])("a file that is %s is refused in a sentence", async (_, bytes, sentence) => {
	const path = join(folder, "hostile.yaml");
	await writeFile(path, bytes);
	const result = await readAssessmentFile(path);
	expect(result.ok ? [] : result.problems.map((problem) => problem.message).join("\n")).toContain(sentence);
});

test.each([
	[
		"does not exist",
		"nothing.yaml",
		"There is no file of this name. Correct the name, or save the file there.",
	],
	["lies in a file", "plain.yaml/inner.yaml", "There is no file of this name."],
	["is a folder", ".", "This is a folder. Name the file inside it."],
])("a path that %s is refused in a sentence without an error code", async (_, name, sentence) => {
	await writeFile(join(folder, "plain.yaml"), "key: a\n");
	const path = `${folder}/${name}`;
	const result = await readAssessmentFile(path);
	const [problem, ...more] = result.ok ? [] : result.problems;
	expect(problem).toMatchObject({ file: path, line: 1, message: expect.stringContaining(sentence) });
	expect(problem?.message).not.toMatch(/E[A-Z]{4,}/);
	expect(more).toEqual([]);
});

test("a pipe that nobody writes into is refused in a sentence, and does not wait", async () => {
	const path = join(folder, "pipe.yaml");
	execFileSync("mkfifo", [path]);
	const result = await readAssessmentFile(path);
	expect(result.ok ? [] : result.problems.map(({ message }) => message)).toEqual([
		expect.stringContaining("no file that can be read whole"),
	]);
});

function aliasBomb(): string {
	const levels = ["a", "b", "c", "d", "e", "f", "g", "h"];
	return levels
		.map((name, n) => {
			const below = levels[n - 1];
			return `${name}: &${name} [${Array(9)
				.fill(below ? `*${below}` : "x")
				.join(", ")}]`;
		})
		.join("\n");
}
