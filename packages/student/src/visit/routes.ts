import { type AssessmentIndex, answerTo, type SessionState } from "@carhythm/core";

/** Where the student is. Indexes count from 0, so that no id ever stands in the browser's history. */
export type Route =
	| { kind: "welcome" }
	/** What the chapter is about and how to answer, after what was done before it. */
	| { kind: "chapter"; chapter: number }
	/** `review` is true for someone who came from the list of open questions and goes on along it. */
	| { kind: "question"; index: number; review: boolean }
	| { kind: "review" }
	| { kind: "results" };

/** Where an assessment begins. */
export const FIRST_ROUTE: Route = { kind: "chapter", chapter: 0 };

/** The place of a question that is met in order. */
export function questionRoute(index: number): Route {
	return { kind: "question", index, review: false };
}

/** Where one goes on to. */
export function routeAfter(index: AssessmentIndex, state: SessionState, route: Route): Route {
	switch (route.kind) {
		case "welcome":
			return FIRST_ROUTE;
		case "chapter": {
			const first = index.places.find((candidate) => candidate.chapter_index >= route.chapter);
			return first ? questionRoute(first.index) : { kind: "review" };
		}
		case "question":
			return route.review ? nextOpen(index, state, route.index) : nextInOrder(index, route.index);
		case "review":
		case "results":
			return { kind: "results" };
	}
}

function nextInOrder(index: AssessmentIndex, at: number): Route {
	const here = index.places[at];
	const next = index.places[at + 1];
	if (next === undefined) return { kind: "review" };
	return next.chapter === here?.chapter
		? questionRoute(next.index)
		: { kind: "chapter", chapter: next.chapter_index };
}

function nextOpen(index: AssessmentIndex, state: SessionState, at: number): Route {
	const next = index.places.find(
		(candidate) => candidate.index > at && answerTo(state, candidate.question.id) === null,
	);
	return next ? { kind: "question", index: next.index, review: true } : { kind: "review" };
}

/** Where Back leads; null where there is nothing before. */
export function routeBefore(index: AssessmentIndex, route: Route): Route | null {
	switch (route.kind) {
		case "welcome":
		case "results":
			return null;
		case "chapter": {
			const before = index.places.findLast((candidate) => candidate.chapter_index < route.chapter);
			return before ? questionRoute(before.index) : { kind: "welcome" };
		}
		case "question": {
			if (route.review) return { kind: "review" };
			const here = index.places[route.index];
			const before = index.places[route.index - 1];
			return here && before?.chapter === here.chapter
				? questionRoute(before.index)
				: { kind: "chapter", chapter: here?.chapter_index ?? 0 };
		}
		case "review":
			return index.places.length === 0 ? FIRST_ROUTE : questionRoute(index.places.length - 1);
	}
}

/** Whether two places are the same screen. */
export function sameRoute(a: Route, b: Route): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

/** The question a place stands for, so that the server can tell another device where to go on; null when none. */
export function questionOf(index: AssessmentIndex, route: Route): number | null {
	switch (route.kind) {
		case "question":
			return index.places[route.index]?.question.id ?? null;
		case "chapter":
			return index.places.find((candidate) => candidate.chapter_index >= route.chapter)?.question.id ?? null;
		case "welcome":
		case "review":
		case "results":
			return null;
	}
}
