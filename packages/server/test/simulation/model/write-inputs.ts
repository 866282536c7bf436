import * as fc from "fast-check";
import { FINEST } from "../simulated-assessment.ts";
import { type AnswerContent, DAY } from "./history.ts";

// The inputs of submissions and of a sync's operations: see step-inputs.ts.

/** `again`: an earlier operation repeated exactly. `misused`: its id with other content. */
export type IdInput = { how: "new" | "none" } | { how: "again" | "misused"; nth: number };

export type AnswerInput = { question: number; answer: AnswerContent; refusal_code: string | null };

export type OperationInput = {
	id: IdInput;
	/** Which answer the student saw. `not_sent`: sent by a client that does not know of `after`. */
	sees: "not_sent" | "nothing" | "current" | { nth: number };
	/** Milliseconds between doing and sending, by the device's clock. */
	age: number;
	command:
		| ({ kind: "answer" } & AnswerInput)
		| ({ kind: "draft"; discard: boolean } & AnswerInput)
		| { kind: "clear" | "move"; question: number; language: "en" | "ar" | null }
		| { kind: "hold"; device: number }
		| { kind: "complete" }
		| { kind: "garbage" };
};

/** 0 to 4 are sliders, 5 the choice, 6 the order, 7 the essay; 8 does not exist. */
const QUESTIONS = 8;
const NOWHERE = QUESTIONS;

export const number = fc.nat({ max: 1000 });
export const language = fc.constantFrom("en" as const, "ar" as const);

/** A new id; for `again` of 16 inputs, that of an earlier operation. */
const idOf = (again: number): fc.Arbitrary<IdInput> =>
	fc.oneof(
		{ weight: 15 - again, arbitrary: fc.constant({ how: "new" as const }) },
		{ weight: again, arbitrary: number.map((nth) => ({ how: "again" as const, nth })) },
		{ weight: 1, arbitrary: number.map((nth) => ({ how: "misused" as const, nth })) },
	);

const id = idOf(3);

export const idOrNone = (again = 3): fc.Arbitrary<IdInput> =>
	fc.oneof(
		{ weight: 4, arbitrary: idOf(again) },
		{ weight: 1, arbitrary: fc.constant({ how: "none" as const }) },
	);

const validAnswer: fc.Arbitrary<AnswerInput> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			question: fc.nat({ max: 4 }),
			answer: fc.nat({ max: FINEST }).map((value) => ({ type: "slider", value })),
			refusal_code: fc.constant(null),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			question: fc.constant(5),
			answer: fc
				.subarray(["a", "b", "c"], { minLength: 1 })
				.map((selected_options) => ({ type: "mcq", selected_options })),
			refusal_code: fc.constant(null),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			question: fc.constant(6),
			answer: fc
				.shuffledSubarray(["x", "yع", "z"], { minLength: 3 })
				.map((ordered_items) => ({ type: "ordering", ordered_items })),
			refusal_code: fc.constant(null),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			question: fc.constant(7),
			answer: fc.nat().map((one) => ({ type: "essay", text: `words ${one} “آ” 🙂` })),
			refusal_code: fc.constant(null),
		}),
	},
);

const INVALID_ANSWERS: readonly AnswerInput[] = [
	{ question: 0, answer: { type: "slider", value: FINEST + 1 }, refusal_code: "answer_out_of_range" },
	{ question: 1, answer: { type: "slider", value: 0.5 }, refusal_code: "answer_off_step" },
	{ question: 2, answer: { type: "essay", text: "no scale" }, refusal_code: "answer_wrong_type" },
	{ question: 5, answer: { type: "mcq", selected_options: [] }, refusal_code: "answer_empty" },
	{ question: 5, answer: { type: "mcq", selected_options: ["d"] }, refusal_code: "answer_unknown_option" },
	{
		question: 6,
		answer: { type: "ordering", ordered_items: ["x", "y"] },
		refusal_code: "answer_not_a_permutation",
	},
	{ question: 7, answer: { type: "essay", text: "x".repeat(201) }, refusal_code: "answer_too_long" },
	{ question: NOWHERE, answer: { type: "slider", value: 1 }, refusal_code: "question_not_found" },
];

export const answer: fc.Arbitrary<AnswerInput> = fc.oneof(
	{ weight: 6, arbitrary: validAnswer },
	{ weight: 1, arbitrary: fc.constantFrom(...INVALID_ANSWERS) },
);

const command: fc.Arbitrary<OperationInput["command"]> = fc.oneof(
	{ weight: 8, arbitrary: answer.map((one) => ({ kind: "answer" as const, ...one })) },
	{
		weight: 5,
		arbitrary: fc.record({
			kind: fc.constantFrom("clear" as const, "move" as const),
			question: fc.nat({ max: NOWHERE }),
			language: fc.option(language),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.tuple(validAnswer, fc.nat({ max: 3 }), fc.nat({ max: 15 })).map(([one, discard, wrong]) =>
			wrong === 0
				? {
						kind: "draft" as const,
						discard: false,
						question: 0,
						answer: { type: "essay", text: "half" },
						refusal_code: "answer_wrong_type",
					}
				: { kind: "draft" as const, discard: discard === 0, ...one },
		),
	},
	{ weight: 2, arbitrary: fc.nat({ max: 2 }).map((device) => ({ kind: "hold" as const, device })) },
	{ weight: 1, arbitrary: fc.constant({ kind: "garbage" as const }) },
);

const age = fc.oneof(
	{ weight: 3, arbitrary: fc.constant(0) },
	{ weight: 6, arbitrary: fc.nat({ max: 10_000 }) },
	{ weight: 2, arbitrary: fc.nat({ max: 5 * DAY }) },
	{ weight: 1, arbitrary: fc.constantFrom(-5000, -400 * DAY, 40 * DAY) },
);

const sees: fc.Arbitrary<OperationInput["sees"]> = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom("not_sent" as const, "nothing" as const) },
	{ weight: 4, arbitrary: fc.constant("current" as const) },
	{ weight: 1, arbitrary: number.map((nth) => ({ nth })) },
);

const operation: fc.Arbitrary<OperationInput> = fc.record({ id, sees, age, command });
const completing: fc.Arbitrary<OperationInput> = fc.record({
	id,
	sees: fc.constant("not_sent" as const),
	age: fc.constant(0),
	command: fc.constant({ kind: "complete" as const }),
});

/** The operations of one sync. One sync in `completes` ends with completing the session. */
export const operationsOf = (completes: number): fc.Arbitrary<OperationInput[]> =>
	fc
		.tuple(fc.array(operation, { maxLength: 36, size: "max" }), completing, fc.nat({ max: completes - 1 }))
		.map(([some, last, once]) => (once === 0 ? [...some, last] : some));
