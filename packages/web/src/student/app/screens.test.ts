import { type Assessment, beginSession, indexAssessment, mintSessionId, toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { FIRST_PLACE, type Place, placeAfter, placeBefore, questionOf, questionPlace } from "./screens.ts";

const essay = (id: number) => ({
	id,
	key: `q${id}`,
	type: "essay" as const,
	text: { en: `Question ${id}` },
	required: true,
	char_limit: null,
});
const chapter = (key: string, ids: number[]) => ({
	key,
	title: { en: key },
	estimated_minutes: 1,
	pages: [{ id: 100 + (ids[0] ?? 0), key: `${key}-1`, title: { en: key }, questions: ids.map(essay) }],
});
const assessment: Assessment = {
	key: "test",
	version: 1,
	title: { en: "Test" },
	estimated_minutes: 2,
	notices: [],
	chapters: [chapter("one", [11, 12]), chapter("two", [13])],
};
const index = indexAssessment(assessment);
const state = beginSession({
	session_id: mintSessionId((count) => new Uint8Array(count)),
	language: "en",
	started_at: toInstant(0),
});

test("forward goes through every chapter and question to the review, and back the same way", () => {
	const walk: Place[] = [FIRST_PLACE];
	while (walk.at(-1)!.kind !== "review") walk.push(placeAfter(index, state, walk.at(-1)!));
	expect(walk).toEqual([
		{ kind: "chapter", chapter: 0 },
		questionPlace(0),
		questionPlace(1),
		{ kind: "chapter", chapter: 1 },
		questionPlace(2),
		{ kind: "review" },
	]);
	const back: Place[] = [walk.at(-1)!];
	for (let before = placeBefore(index, back[0]!); before; before = placeBefore(index, before)) {
		back.unshift(before);
	}
	expect(back).toEqual([{ kind: "welcome" }, ...walk]);
});

test("from the list of open questions one goes to the next open one, and at the end back to the list", () => {
	expect(placeAfter(index, state, { kind: "question", index: 0, review: true })).toEqual({
		kind: "question",
		index: 1,
		review: true,
	});
	expect(placeAfter(index, state, { kind: "question", index: 2, review: true })).toEqual({ kind: "review" });
	expect(placeBefore(index, { kind: "question", index: 2, review: true })).toEqual({ kind: "review" });
});

test("a chapter's page stands for its first question", () => {
	expect(questionOf(index, { kind: "chapter", chapter: 1 })).toBe(13);
	expect(questionOf(index, questionPlace(1))).toBe(12);
	expect(questionOf(index, { kind: "review" })).toBeNull();
});
