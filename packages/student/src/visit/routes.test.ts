import { type Assessment, beginSession, indexAssessment, mintSessionId, toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { FIRST_ROUTE, questionOf, questionRoute, type Route, routeAfter, routeBefore } from "./routes.ts";

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
	const walk: Route[] = [FIRST_ROUTE];
	while (walk.at(-1)!.kind !== "review") walk.push(routeAfter(index, state, walk.at(-1)!));
	expect(walk).toEqual([
		{ kind: "chapter", chapter: 0 },
		questionRoute(0),
		questionRoute(1),
		{ kind: "chapter", chapter: 1 },
		questionRoute(2),
		{ kind: "review" },
	]);
	const back: Route[] = [walk.at(-1)!];
	for (let before = routeBefore(index, back[0]!); before; before = routeBefore(index, before)) {
		back.unshift(before);
	}
	expect(back).toEqual([{ kind: "welcome" }, ...walk]);
});

test("from the list of open questions one goes to the next open one, and at the end back to the list", () => {
	expect(routeAfter(index, state, { kind: "question", index: 0, review: true })).toEqual({
		kind: "question",
		index: 1,
		review: true,
	});
	expect(routeAfter(index, state, { kind: "question", index: 2, review: true })).toEqual({ kind: "review" });
	expect(routeBefore(index, { kind: "question", index: 2, review: true })).toEqual({ kind: "review" });
});

test("a chapter's page stands for its first question", () => {
	expect(questionOf(index, { kind: "chapter", chapter: 1 })).toBe(13);
	expect(questionOf(index, questionRoute(1))).toBe(12);
	expect(questionOf(index, { kind: "review" })).toBeNull();
});
