import { describe, expect, test } from "vitest";
import {
	apply,
	beginSession,
	chapterProgress,
	inLanguage,
	isUntouched,
	minutesLeft,
	type OperationId,
	parseLanguage,
	type SessionId,
	sessionProgress,
	sessionXp,
	toInstant,
	unanswered,
} from "./index.ts";
import { anIndex, QUESTIONS } from "./testing/an-assessment.ts";

const index = anIndex();
const START = Date.parse("2026-01-01T00:00:00.000Z");
const fresh = beginSession({
	session_id: "11111111-1111-4111-8111-111111111111" as SessionId,
	language: "en",
	started_at: toInstant(START),
});

function write(n: number, seconds: number, body: Parameters<typeof apply>[2]["body"]) {
	const at = toInstant(START + seconds * 1000);
	const operation_id = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` as OperationId;
	return { operation_id, at, received_at: at, revision: n, body };
}
const slide = (question_id: number, value: number) => ({
	kind: "answer" as const,
	question_id,
	answer: { type: "slider" as const, value },
});

describe("a session seen from outside", () => {
	const state = [
		write(1, 10, slide(QUESTIONS.labelled.id, 2)),
		write(2, 20, slide(QUESTIONS.plain.id, 0.5)),
		write(3, 30, { kind: "clear", question_id: QUESTIONS.plain.id }),
	].reduce((before, event) => apply(index, before, event), fresh);

	test("counts what is answered now, and XP for what ever was", () => {
		expect(sessionProgress(index, state)).toEqual({
			questions_answered: 1,
			total_questions: 5,
			percentage: 20,
		});
		expect(sessionXp(state)).toBe(20);
	});

	test("tells the open questions and the chapters", () => {
		expect(unanswered(index, state).map((place) => place.question.id)).toEqual([102, 103, 104, 105]);
		expect(chapterProgress(index, state).map(({ answered, total }) => [answered, total])).toEqual([
			[1, 3],
			[0, 2],
		]);
	});

	test("is untouched until something is answered or half-typed", () => {
		const draft = { kind: "draft" as const, question_id: 105, draft: { type: "essay" as const, text: "h" } };
		expect(isUntouched(fresh)).toBe(true);
		expect(isUntouched(apply(index, fresh, write(1, 1, draft)))).toBe(false);
		expect(isUntouched(state)).toBe(false);
	});
});

describe("minutes left", () => {
	test("follow the estimate until the student's own pace is known", () => {
		expect(minutesLeft(index, fresh)).toBe(2);
	});

	test("follow the student's pace, breaks left out", () => {
		const records = [0, 60, 120, 5000, 5060, 5120, 5180].map((seconds, i) => [
			i,
			{
				at: toInstant(START + seconds * 1000),
				operation_id: "" as OperationId,
				answer: null,
				ever: true,
				revision: i,
			},
		]);
		// Five open questions, one minute each; the night in between does not count.
		expect(minutesLeft(index, { ...fresh, answers: Object.fromEntries(records) })).toBe(5);
	});

	test("are none when everything is answered", () => {
		expect(minutesLeft(index, { ...fresh, answered: 5 })).toBe(0);
	});
});

test("a missing or empty translation falls back to English", () => {
	expect(inLanguage({ en: "Yes", ar: "نعم" }, "ar")).toBe("نعم");
	expect(inLanguage({ en: "Yes", ar: "" }, "ar")).toBe("Yes");
	expect(inLanguage({ en: "Yes" }, "ar")).toBe("Yes");
	expect(parseLanguage("fr")).toBe("en");
	expect(parseLanguage("ar")).toBe("ar");
});
