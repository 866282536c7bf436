import * as fc from "fast-check";
import { FINEST } from "../simulated-assessment.ts";
import { type Content, DAY } from "./history.ts";

// What a step of the model test asks for, before it is known what is there to ask it of: sessions and earlier operations are
// named by number, and the number is taken around the clock of those that there are.

/** `again`: word for word an earlier one. `misused`: its id with another content. */
export type IdWish = { how: "new" | "none" } | { how: "again" | "misused"; nth: number };

export type AnswerWish = { question: number; answer: Content; unfit: string | null };

export type OperationWish = {
	id: IdWish;
	/** How long before sending it was done, by the device's clock. */
	age: number;
	deed:
		| ({ kind: "answer" } & AnswerWish)
		| ({ kind: "draft"; discard: boolean } & AnswerWish)
		| { kind: "clear" | "move"; question: number; language: "en" | "ar" | null }
		| { kind: "complete" }
		| { kind: "garbage" };
};

export type Wish = { pass: number } & (
	| { kind: "start"; id: IdWish; replaces: number | null; language: "en" | "ar" }
	| { kind: "sync"; session: number; device: number; operations: OperationWish[] }
	| ({ kind: "submit"; session: number; id: IdWish } & AnswerWish)
	| { kind: "abandon" | "complete" | "restore"; session: number; id: IdWish }
	| { kind: "student_info" | "erase"; session: number }
	| { kind: "clock"; by: number }
	| { kind: "boundary"; of: "expiry" | "restoring"; session: number; plus: 0 | 1 }
	| { kind: "restart" | "export" }
);

/** Sliders 0 to 4, then choice, order and words, then one that does not exist. */
const QUESTIONS = 8;
const NOWHERE = QUESTIONS;

const number = fc.nat({ max: 1000 });
const language = fc.constantFrom("en" as const, "ar" as const);

const id: fc.Arbitrary<IdWish> = fc.oneof(
	{ weight: 12, arbitrary: fc.constant({ how: "new" as const }) },
	{ weight: 3, arbitrary: number.map((nth) => ({ how: "again" as const, nth })) },
	{ weight: 1, arbitrary: number.map((nth) => ({ how: "misused" as const, nth })) },
);

const idOrNone: fc.Arbitrary<IdWish> = fc.oneof(
	{ weight: 3, arbitrary: id },
	{ weight: 1, arbitrary: fc.constant({ how: "none" as const }) },
);

/** A submission is repeated more often than anything else: it is what today's front end does. */
const submissionId = fc.oneof(
	{ weight: 3, arbitrary: idOrNone },
	{ weight: 1, arbitrary: number.map((nth) => ({ how: "again" as const, nth })) },
);

const fitAnswer: fc.Arbitrary<AnswerWish> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			question: fc.nat({ max: 4 }),
			answer: fc.nat({ max: FINEST }).map((value) => ({ type: "slider", value })),
			unfit: fc.constant(null),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			question: fc.constant(5),
			answer: fc
				.subarray(["a", "b", "c"], { minLength: 1 })
				.map((selected_options) => ({ type: "mcq", selected_options })),
			unfit: fc.constant(null),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			question: fc.constant(6),
			answer: fc
				.shuffledSubarray(["x", "yع", "z"], { minLength: 3 })
				.map((ordered_items) => ({ type: "ordering", ordered_items })),
			unfit: fc.constant(null),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			question: fc.constant(7),
			answer: fc.nat().map((one) => ({ type: "essay", text: `words ${one} “آ” 🙂` })),
			unfit: fc.constant(null),
		}),
	},
);

const UNFIT: readonly AnswerWish[] = [
	{ question: 0, answer: { type: "slider", value: FINEST + 1 }, unfit: "answer_out_of_range" },
	{ question: 1, answer: { type: "slider", value: 0.5 }, unfit: "answer_off_step" },
	{ question: 2, answer: { type: "essay", text: "no scale" }, unfit: "answer_wrong_type" },
	{ question: 5, answer: { type: "mcq", selected_options: [] }, unfit: "answer_empty" },
	{ question: 5, answer: { type: "mcq", selected_options: ["d"] }, unfit: "answer_unknown_option" },
	{ question: 6, answer: { type: "ordering", ordered_items: ["x", "y"] }, unfit: "answer_not_a_permutation" },
	{ question: 7, answer: { type: "essay", text: "x".repeat(201) }, unfit: "answer_too_long" },
	{ question: NOWHERE, answer: { type: "slider", value: 1 }, unfit: "question_not_found" },
];

const answer: fc.Arbitrary<AnswerWish> = fc.oneof(
	{ weight: 9, arbitrary: fitAnswer },
	{ weight: 1, arbitrary: fc.constantFrom(...UNFIT) },
);

const deed: fc.Arbitrary<OperationWish["deed"]> = fc.oneof(
	{ weight: 10, arbitrary: answer.map((one) => ({ kind: "answer" as const, ...one })) },
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constantFrom("clear" as const, "move" as const),
			question: fc.nat({ max: NOWHERE }),
			language: fc.option(language),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.tuple(fitAnswer, fc.nat({ max: 3 }), fc.nat({ max: 15 })).map(([one, discard, wrong]) =>
			wrong === 0
				? {
						kind: "draft" as const,
						discard: false,
						question: 0,
						answer: { type: "essay", text: "half" },
						unfit: "answer_wrong_type",
					}
				: { kind: "draft" as const, discard: discard === 0, ...one },
		),
	},
	{ weight: 1, arbitrary: fc.constant({ kind: "garbage" as const }) },
);

const age = fc.oneof(
	{ weight: 3, arbitrary: fc.constant(0) },
	{ weight: 6, arbitrary: fc.nat({ max: 10_000 }) },
	{ weight: 2, arbitrary: fc.nat({ max: 5 * DAY }) },
	{ weight: 1, arbitrary: fc.constantFrom(-5000, -400 * DAY, 40 * DAY) },
);

const operation: fc.Arbitrary<OperationWish> = fc.record({ id, age, deed });
const completing: fc.Arbitrary<OperationWish> = fc.record({
	id,
	age: fc.constant(0),
	deed: fc.constant({ kind: "complete" as const }),
});

const operations = fc
	.tuple(fc.array(operation, { maxLength: 40, size: "max" }), completing, fc.nat({ max: 10 }))
	.map(([some, last, once]) => (once === 0 ? [...some, last] : some));

/** Milliseconds since the step before; none at all now and then, so that times collide. */
const pass = fc.oneof(
	{ weight: 2, arbitrary: fc.constant(0) },
	{ weight: 6, arbitrary: fc.nat({ max: 5000 }) },
	{ weight: 2, arbitrary: fc.nat({ max: 3_600_000 }) },
);

const session = number;

export const wish: fc.Arbitrary<Wish> = fc.oneof(
	{
		weight: 10,
		arbitrary: fc.record({
			pass,
			kind: fc.constant("start" as const),
			id: idOrNone,
			replaces: fc.option(number, { freq: 2 }),
			language,
		}),
	},
	{
		weight: 20,
		arbitrary: fc.record({
			pass,
			kind: fc.constant("sync" as const),
			session,
			device: fc.nat({ max: 3 }),
			operations,
		}),
	},
	{
		weight: 14,
		arbitrary: fc
			.record({ pass, kind: fc.constant("submit" as const), session, id: submissionId, one: answer })
			.map(({ one, ...rest }) => ({ ...rest, ...one })),
	},
	{
		weight: 16,
		arbitrary: fc.record({
			pass,
			kind: fc.constantFrom("abandon" as const, "complete" as const, "restore" as const, "restore" as const),
			session,
			id: idOrNone,
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			pass,
			kind: fc.constantFrom(
				"student_info" as const,
				"student_info" as const,
				"student_info" as const,
				"student_info" as const,
				"erase" as const,
			),
			session,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			pass,
			kind: fc.constant("clock" as const),
			by: fc.constantFrom(DAY, 4 * DAY, 8 * DAY, 31 * DAY, -3_600_000, -2 * DAY),
		}),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			pass: fc.constant(0),
			kind: fc.constant("boundary" as const),
			of: fc.constantFrom(
				"expiry" as const,
				"restoring" as const,
				"restoring" as const,
				"restoring" as const,
			),
			session,
			plus: fc.constantFrom(0 as const, 1 as const),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({ pass, kind: fc.constantFrom("restart" as const, "export" as const) }),
	},
);
