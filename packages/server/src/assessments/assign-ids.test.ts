import { fileURLToPath } from "node:url";
import { Assessment, type Question } from "@carhythm/core";
import { expect, test } from "vitest";
import { assignIds, type NextIds } from "./assign-ids.ts";
import type { AssessmentFile } from "./file.ts";
import { readAssessmentFile } from "./read-file.ts";

const path = fileURLToPath(new URL("../../../../content/sampler/assessment.json", import.meta.url));

async function sampler(): Promise<AssessmentFile> {
	const result = await readAssessmentFile(path);
	if (!result.ok) throw new Error("the sampler is broken");
	return result.file;
}

function countingFrom(first: number): NextIds {
	let page = first;
	let question = first;
	return { page_id: () => page++, question_id: () => question++ };
}

function questionsOf(assessment: Assessment): Map<string, Question> {
	const pages = assessment.chapters.flatMap((chapter) => chapter.pages);
	return new Map(pages.flatMap((page) => page.questions).map((question) => [question.key, question]));
}

/** Reads the sampler as version 1, changes the file, and gives both versions. */
async function twoVersions(
	change: (questions: Map<string, AssessmentFile["chapters"][0]["pages"][0]["questions"][0]>) => void,
) {
	const before = assignIds(await sampler(), null, countingFrom(1));
	const file = await sampler();
	const questions = file.chapters.flatMap((chapter) => chapter.pages).flatMap((page) => page.questions);
	change(new Map(questions.map((question) => [question.key, question])));
	return { before: questionsOf(before), after: questionsOf(assignIds(file, before, countingFrom(100))) };
}

test("the first version is a whole assessment with ids in the order of the file", async () => {
	const assessment = assignIds(await sampler(), null, countingFrom(1));
	expect(Assessment.parse(assessment)).toEqual(assessment);
	expect(assessment.version).toBe(1);
	expect([...questionsOf(assessment).values()].map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
	expect(assessment.chapters.flatMap((chapter) => chapter.pages.map(({ id }) => id))).toEqual([1, 2, 3]);
});

test("shared labels are written into each question", async () => {
	const file = await sampler();
	const [slider] = file.chapters[0]?.pages[0]?.questions ?? [];
	if (slider?.type !== "slider") throw new Error("the sampler begins with a slider");
	file.scale_label_sets = { agree: slider.scale_labels as { en: string }[] };
	slider.scale_labels = "agree";
	const question = questionsOf(assignIds(file, null, countingFrom(1))).get(slider.key);
	expect(question).toMatchObject({ scale_labels: file.scale_label_sets["agree"] });
});

test("a new version without changes keeps every id", async () => {
	const before = assignIds(await sampler(), null, countingFrom(1));
	const after = assignIds(await sampler(), before, countingFrom(100));
	expect(after).toEqual({ ...before, version: 2 });
});

test("a new wording keeps the id, so answers carry over", async () => {
	const { before, after } = await twoVersions((questions) => {
		questions.get("team")!.text.en = "Teams are for me.";
	});
	expect(after.get("team")).toEqual({
		...before.get("team"),
		text: { ...before.get("team")?.text, en: "Teams are for me." },
	});
});

test("other answers make another question: only that one gets a new id", async () => {
	const { before, after } = await twoVersions((questions) => {
		Object.assign(questions.get("energy")!, { max: 50 });
		Object.assign(questions.get("dream")!, { char_limit: 100 });
		const matters = questions.get("matters")!;
		if (matters.type === "ordering") matters.items[0]!.text.en = "Kind people";
		const learn = questions.get("learn-by")!;
		if (learn.type === "mcq") learn.choices.pop();
	});
	for (const key of ["energy", "matters", "learn-by", "dream"])
		expect(after.get(key)?.id, key).toBeGreaterThanOrEqual(100);
	expect(after.get("team")?.id).toBe(before.get("team")?.id);
});

test("a longer limit and another order of choices keep their answers", async () => {
	const { before, after } = await twoVersions((questions) => {
		Object.assign(questions.get("dream")!, { char_limit: null });
		const learn = questions.get("learn-by")!;
		if (learn.type === "mcq") learn.choices.reverse();
	});
	for (const key of ["dream", "learn-by"]) expect(after.get(key)?.id, key).toBe(before.get(key)?.id);
});

test("a file of another key is no version of this assessment", async () => {
	const before = assignIds(await sampler(), null, countingFrom(1));
	const file = { ...(await sampler()), key: "other" };
	expect(() => assignIds(file, before, countingFrom(1))).toThrow("other cannot be a version of sampler");
});
