import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Answer,
	afterSeen,
	apply,
	beginSession,
	type Command,
	checkAnswer,
	conflictedQuestions,
	decide,
	type OperationId,
	parseSessionId,
	type SessionEvent,
	type SessionId,
	type SessionState,
	sessionXp,
	toInstant,
} from "./index.ts";
import { anIndex, QUESTIONS } from "./testing/an-assessment.ts";
import { holds } from "./testing/holds.ts";

const index = anIndex();
const START = Date.parse("2026-01-01T00:00:00.000Z");
const session_id = parseSessionId("11111111-1111-4111-8111-111111111111") as SessionId;
const at = (seconds: number) => toInstant(START + seconds * 1000);
const begin = () => beginSession({ session_id, language: "en", started_at: at(0) });
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` as OperationId;

function event(n: number, seconds: number, body: SessionEvent["body"]): SessionEvent {
	return { operation_id: id(n), at: at(seconds), received_at: at(seconds + 1), revision: n, body };
}

const slider = (value: number): Answer => ({ type: "slider", value });
const answer = (value: number, question_id = QUESTIONS.labelled.id): Command => ({
	kind: "answer",
	question_id,
	answer: slider(value),
});

const goodAnswer: fc.Arbitrary<[number, Answer]> = fc.oneof(
	fc.integer({ min: 1, max: 5 }).map((value): [number, Answer] => [QUESTIONS.labelled.id, slider(value)]),
	fc
		.integer({ min: 0, max: 10 })
		.map((tenths): [number, Answer] => [QUESTIONS.plain.id, slider(tenths / 10)]),
	fc
		.subarray(["indoors", "outdoors", "anywhere"], { minLength: 1 })
		.map((selected_options): [number, Answer] => [QUESTIONS.mcq.id, { type: "mcq", selected_options }]),
	fc
		.shuffledSubarray(["first", "second", "third", "fourth"], { minLength: 4 })
		.map((ordered_items): [number, Answer] => [QUESTIONS.ordering.id, { type: "ordering", ordered_items }]),
	fc
		.string({ minLength: 1, maxLength: 10 })
		.filter((text) => text.trim() !== "")
		.map((text): [number, Answer] => [QUESTIONS.essay.id, { type: "essay", text }]),
);

const question = fc.constantFrom(...Object.values(QUESTIONS).map((q) => q.id));
const command: fc.Arbitrary<Command> = fc.oneof(
	{
		weight: 4,
		arbitrary: goodAnswer.map(
			([question_id, given]): Command => ({ kind: "answer", question_id, answer: given }),
		),
	},
	question.map((question_id): Command => ({ kind: "clear", question_id })),
	goodAnswer.map(([question_id, draft]): Command => ({ kind: "draft", question_id, draft })),
	question.map((question_id): Command => ({ kind: "draft", question_id, draft: null })),
	fc
		.tuple(question, fc.constantFrom("en", "ar", undefined))
		.map(
			([question_id, language]): Command => ({ kind: "move", question_id, ...(language && { language }) }),
		),
);
// Few distinct seconds, so that ties at the same moment are common.
const events = fc
	.array(fc.tuple(fc.integer({ min: 0, max: 6 }), command), { maxLength: 25 })
	.map((list) => list.map(([seconds, body], i) => event(i + 1, seconds, body)));

const replay = (list: readonly SessionEvent[]): SessionState =>
	list.reduce((state, next) => apply(index, state, next), begin());

describe("apply", () => {
	test("any order of arrival gives the same state", () => {
		holds(
			fc.property(
				events.chain((list) =>
					fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
				),
				([list, shuffled]) => {
					expect(replay(shuffled)).toEqual(replay(list));
				},
			),
			{ numRuns: 2000 },
		);
	});

	test("the counts are those of the records", () => {
		holds(
			fc.property(events, (list) => {
				const state = replay(list);
				const records = Object.values(state.answers);
				expect(state.answered).toBe(records.filter((record) => record.answer).length);
				const everAnswered = new Set(
					list.flatMap(({ body }) => (body.kind === "answer" ? [body.question_id] : [])),
				);
				expect(state.ever_answered).toBe(everAnswered.size);
				expect(sessionXp(state)).toBe(10 * everAnswered.size);
			}),
		);
	});

	test("the later answer stands, whichever arrives last", () => {
		const early = event(1, 10, answer(2));
		const late = event(2, 20, answer(5));
		expect(replay([late, early]).answers[QUESTIONS.labelled.id]?.answer).toEqual(slider(5));
		expect(replay([late, early]).answered).toBe(1);
	});

	test("a write that was made with another in view is later than that one, and than no other", () => {
		const state = apply(index, begin(), event(1, 100, answer(3)));
		const { id: question } = QUESTIONS.labelled;
		expect(afterSeen(state, question, id(1), at(5))).toBe(toInstant(START + 100_001));
		expect(afterSeen(state, question, id(1), at(200))).toBe(at(200));
		for (const other of [id(2), null, undefined])
			expect(afterSeen(state, question, other, at(5))).toBe(at(5));
		expect(afterSeen(state, QUESTIONS.mcq.id, id(1), at(5))).toBe(at(5));
	});

	test("a question has two answers until the next write to it that stands", () => {
		const state = apply(index, begin(), event(1, 100, answer(3)));
		const { id: question } = QUESTIONS.labelled;
		const record = state.answers[question];
		if (!record) throw new Error("It was just answered.");
		const both = { ...state, answers: { [question]: { ...record, other: slider(1) } } };
		expect(conflictedQuestions(index, both).map((place) => place.question.id)).toEqual([question]);
		expect(conflictedQuestions(index, apply(index, both, event(2, 50, answer(2))))).toHaveLength(1);
		expect(conflictedQuestions(index, apply(index, both, event(2, 150, answer(3))))).toEqual([]);
	});

	test("an answer settles the draft of its question, and an older draft does not come back", () => {
		const draft: Command = { kind: "draft", question_id: 105, draft: { type: "essay", text: "half" } };
		const done: Command = { kind: "answer", question_id: 105, answer: { type: "essay", text: "done" } };
		const states = [
			replay([event(1, 1, draft), event(2, 2, done)]),
			replay([event(2, 2, done), event(1, 1, draft)]),
		];
		for (const state of states) expect(state.drafts).toEqual({});
	});

	test("an answer and a move lead to their question; the last of them is the place", () => {
		const state = replay([event(1, 1, answer(3)), event(2, 2, { kind: "move", question_id: 104 })]);
		expect(state.place).toMatchObject({ question_id: 104, page_id: 13 });
	});
});

describe("decide", () => {
	const anything = fc.record({
		question_id: fc.oneof(question, fc.integer()),
		answer: fc.oneof(
			goodAnswer.map(([, given]) => given),
			fc.record({ type: fc.constant("slider" as const), value: fc.double({ noNaN: true }) }),
			fc.record({ type: fc.constant("mcq" as const), selected_options: fc.array(fc.string()) }),
			fc.record({
				type: fc.constant("ordering" as const),
				ordered_items: fc.array(fc.constantFrom("first", "second", "third", "fourth", "x")),
			}),
			fc.record({ type: fc.constant("essay" as const), text: fc.string({ maxLength: 40 }) }),
		),
	});

	test("never lets an answer through that does not fit its question", () => {
		let accepted = 0;
		holds(
			fc.property(anything, (given) => {
				const decision = decide(
					index,
					begin(),
					{ operation_id: id(1), command: { kind: "answer", ...given } },
					{ received: at(5), at: null, expiry_days: 30 },
				);
				const found = index.by_question.get(given.question_id)?.question;
				expect(decision.ok).toBe(found !== undefined && checkAnswer(found, given.answer) === null);
				if (decision.ok) accepted += 1;
			}),
			{ numRuns: 5000 },
		);
		expect(accepted).toBeGreaterThan(100);
	});

	const judge = (
		state: SessionState,
		command: Command | { kind: "abandon" } | { kind: "restore" },
		seconds = 5,
	) =>
		decide(
			index,
			state,
			{ operation_id: id(9), command },
			{ received: at(seconds), at: null, expiry_days: 30 },
		);
	const code = (decision: ReturnType<typeof judge>) => (decision.ok ? "accepted" : decision.refusal.code);

	test.each([
		["completed", "session_completed"],
		["user_abandoned_not_completed", "session_abandoned"],
	] as const)("a session that is %s takes no answers", (status, expected) => {
		const ended = { ...begin(), status };
		expect(code(judge(ended, answer(3)))).toBe(expected);
		expect(code(judge(ended, { kind: "move", question_id: 101 }))).toBe(expected);
	});

	test("an ended session may be ended again in the same way, and a completed one is not abandoned", () => {
		expect(code(judge({ ...begin(), status: "completed" }, { kind: "complete" }))).toBe("accepted");
		expect(code(judge({ ...begin(), status: "completed" }, { kind: "abandon" }))).toBe("session_completed");
		expect(code(judge({ ...begin(), status: "user_abandoned_not_completed" }, { kind: "abandon" }))).toBe(
			"accepted",
		);
	});

	test("a session is valid for exactly 30 days after its last activity", () => {
		const month = 30 * 24 * 3600;
		expect(code(judge(begin(), answer(3), month))).toBe("accepted");
		expect(code(judge(begin(), answer(3), month + 1))).toBe("session_expired");
		expect(code(judge(begin(), { kind: "abandon" }, month + 1))).toBe("accepted");
	});

	test("a write without a clock counts as later than everything before it", () => {
		const state = replay([event(1, 50, answer(2))]);
		const decision = judge(state, answer(4), 10);
		if (!decision.ok) throw new Error("expected the answer to be accepted");
		expect(apply(index, state, decision.event).answers[101]?.answer).toEqual(slider(4));
	});

	test("a draft need not be a valid answer, but must be of its question's type", () => {
		const half: Answer = { type: "ordering", ordered_items: ["second"] };
		expect(code(judge(begin(), { kind: "draft", question_id: 104, draft: half }))).toBe("accepted");
		expect(code(judge(begin(), { kind: "draft", question_id: 101, draft: half }))).toBe("answer_wrong_type");
	});

	test("a draft holds its question's own options or items, each once, and a text of bounded length", () => {
		const drafting = (question_id: number, draft: Answer) =>
			code(judge(begin(), { kind: "draft", question_id, draft }));
		const ranking = (...ordered_items: string[]) => drafting(104, { type: "ordering", ordered_items });
		const choosing = (...selected_options: string[]) => drafting(103, { type: "mcq", selected_options });
		expect([ranking(), ranking("second"), ranking("second", "ع first")]).toEqual([
			"accepted",
			"accepted",
			"accepted",
		]);
		expect([ranking("tenth"), ranking("x".repeat(1_000_000)), ranking("second", "second")]).toEqual([
			"answer_unknown_option",
			"answer_unknown_option",
			"answer_repeated_option",
		]);
		expect([choosing(), choosing("indoors"), choosing("indoors", "outdoors")]).toEqual([
			"accepted",
			"accepted",
			"accepted",
		]);
		expect([choosing("elsewhere"), choosing("indoors", "indoors")]).toEqual([
			"answer_unknown_option",
			"answer_repeated_option",
		]);
		const writing = (length: number) => drafting(105, { type: "essay", text: "ش".repeat(length) });
		expect([writing(20_000), writing(20_001)]).toEqual(["accepted", "answer_too_long"]);
	});
});
