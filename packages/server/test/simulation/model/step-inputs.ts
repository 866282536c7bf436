import * as fc from "fast-check";
import { DAY } from "./history.ts";
import {
	type AnswerInput,
	answer,
	type IdInput,
	idOrNone,
	language,
	number,
	type OperationInput,
	operationsOf,
} from "./write-inputs.ts";

// The inputs of the model test's steps. fast-check draws them before any session exists, so a number selects
// a session or an earlier operation: it is taken modulo how many there are when the step runs.

export type SessionPhase = "active" | "expired" | "abandoned" | "completed";

/** Selects a session in this phase; null for any. Where there is none, the step does nothing. */
export type SessionSelector = { nth: number; phase: SessionPhase | null };

/** Redeems a code on another device: the newest of its session, or the one before. */
export type RedeemInput = {
	older: boolean;
	how: "right" | "wrong" | "unknown";
	/** How many wrong guesses in a row. A right code is sent twice at most, the second time as a repeat. */
	times: number;
	id: IdInput;
	/** Whether the clock moves first: to the last millisecond in which the code is valid, or one further. */
	when: "now" | "just in time" | "too late";
	device: number;
	named: boolean;
};

export type StepInput = { pass: number } & (
	| {
			kind: "start";
			id: IdInput;
			replaces: SessionSelector | null;
			language: "en" | "ar";
			/** Whether another tab sends the same request under an id of its own. */
			in_two_tabs: boolean;
	  }
	| { kind: "sync"; session: SessionSelector; device: number; operations: OperationInput[] }
	| ({ kind: "submit"; session: SessionSelector; id: IdInput } & AnswerInput)
	| { kind: "abandon" | "complete"; session: SessionSelector; id: IdInput }
	| {
			kind: "restore";
			session: SessionSelector;
			id: IdInput;
			/** Whether it is repeated after the session was abandoned anew. */
			comes_again: boolean;
	  }
	| {
			kind: "hand_off";
			session: SessionSelector;
			/** The ids of the requests for codes, one after another. */
			ids: IdInput[];
			/** How the session ends before the last code is redeemed. */
			ends: "abandon" | "complete" | "expire" | null;
			redeem: RedeemInput[];
	  }
	| { kind: "redeem"; nth: number; redeem: RedeemInput[] }
	| { kind: "student_info" | "erase"; session: SessionSelector }
	| { kind: "clock"; by: number }
	| { kind: "boundary"; of: "expiry" | "restoring"; nth: number; plus: 0 | 1 }
	| { kind: "restart" | "export" }
);

/** Milliseconds since the step before. Zero now and then, so that times collide. */
const pass = fc.oneof(
	{ weight: 2, arbitrary: fc.constant(0) },
	{ weight: 6, arbitrary: fc.nat({ max: 5000 }) },
	{ weight: 2, arbitrary: fc.nat({ max: 3_600_000 }) },
);

const PHASES = ["active", "expired", "abandoned", "completed"] as const;

/** Selects this phase twice as often as the others, so that rare phases come often enough. */
const mostly = (phase: SessionPhase): fc.Arbitrary<SessionSelector> =>
	fc.record({ nth: number, phase: fc.constantFrom(phase, ...PHASES) });
const anySession: fc.Arbitrary<SessionSelector> = number.map((nth) => ({ nth, phase: null }));

const start = fc.record({
	pass,
	kind: fc.constant("start" as const),
	id: idOrNone(),
	replaces: fc.option(fc.oneof(mostly("abandoned"), mostly("expired")), { freq: 3 }),
	language,
	in_two_tabs: fc.nat({ max: 5 }).map((one) => one === 0),
});

/** Completes active sessions seldom, because a completed one is lost to all later steps. */
const sync = mostly("active").chain((wanted) =>
	fc.record({
		pass,
		kind: fc.constant("sync" as const),
		session: fc.constant(wanted),
		device: fc.nat({ max: 3 }),
		operations: operationsOf(wanted.phase === "active" ? 8 : 2),
	}),
);

/** Repeats submissions more often than anything else, as existing clients do. */
const submit = fc
	.record({
		pass,
		kind: fc.constant("submit" as const),
		session: mostly("active"),
		id: idOrNone(9),
		one: answer,
	})
	.map(({ one, ...rest }) => ({ ...rest, ...one }));

const ending = fc.record({
	pass,
	kind: fc.constantFrom("abandon" as const, "complete" as const),
	session: mostly("expired"),
	id: idOrNone(),
});

const restoring = fc.record({
	pass,
	kind: fc.constant("restore" as const),
	session: mostly("abandoned"),
	id: idOrNone(5),
	comes_again: fc.boolean(),
});

const redeem: fc.Arbitrary<RedeemInput> = fc.record({
	older: fc.nat({ max: 4 }).map((one) => one < 2),
	how: fc.constantFrom(
		"right" as const,
		"right" as const,
		"right" as const,
		"wrong" as const,
		"unknown" as const,
	),
	times: fc.nat({ max: 5 }).map((more) => more + 1),
	id: fc.oneof(
		{ weight: 1, arbitrary: idOrNone(6) },
		{ weight: 1, arbitrary: number.map((nth) => ({ how: "misused" as const, nth })) },
	),
	when: fc.oneof(
		{ weight: 6, arbitrary: fc.constant("now" as const) },
		{ weight: 1, arbitrary: fc.constantFrom("just in time" as const, "too late" as const) },
	),
	device: fc.nat({ max: 2 }),
	named: fc.boolean(),
});

const handOff = fc.record({
	pass,
	kind: fc.constant("hand_off" as const),
	session: mostly("active"),
	ids: fc.array(idOrNone(8), { minLength: 1, maxLength: 3 }),
	ends: fc.option(fc.constantFrom("abandon" as const, "complete" as const, "expire" as const), { freq: 4 }),
	redeem: fc.array(redeem, { maxLength: 4 }),
});

const redeemLater = fc.record({
	pass,
	kind: fc.constant("redeem" as const),
	nth: number,
	redeem: fc.array(redeem, { minLength: 1, maxLength: 3 }),
});

const studentInfo = fc.record({
	pass,
	kind: fc.constant("student_info" as const),
	session: mostly("expired"),
});
const erasing = fc.record({ pass, kind: fc.constant("erase" as const), session: anySession });

const clock = fc.record({
	pass,
	kind: fc.constant("clock" as const),
	by: fc.constantFrom(DAY, 4 * DAY, 8 * DAY, 31 * DAY, -3_600_000, -2 * DAY),
});

const boundary = fc.record({
	pass: fc.constant(0),
	kind: fc.constant("boundary" as const),
	of: fc.constantFrom("expiry" as const, "restoring" as const),
	nth: number,
	plus: fc.constantFrom(0 as const, 1 as const),
});

const restart = fc.record({ pass, kind: fc.constantFrom("restart" as const, "export" as const) });

/** Draws slow steps seldom: erasing rewrites files, and a restart makes PostgreSQL start new processes. */
export const stepInput: fc.Arbitrary<StepInput> = fc.oneof(
	{ weight: 52, arbitrary: start },
	{ weight: 100, arbitrary: sync },
	{ weight: 68, arbitrary: submit },
	{ weight: 36, arbitrary: ending },
	{ weight: 34, arbitrary: restoring },
	{ weight: 48, arbitrary: handOff },
	{ weight: 12, arbitrary: redeemLater },
	{ weight: 26, arbitrary: studentInfo },
	{ weight: 2, arbitrary: erasing },
	{ weight: 4, arbitrary: clock },
	{ weight: 26, arbitrary: boundary },
	{ weight: 3, arbitrary: restart },
);
