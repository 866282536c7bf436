import * as fc from "fast-check";
import { DAY } from "./history.ts";
import {
	type AnswerWish,
	answer,
	type IdWish,
	idOrNone,
	language,
	number,
	type OperationWish,
	operationsOf,
} from "./wishes-writes.ts";

// What a step of the model test asks for, before it is known what is there to ask it of: sessions and earlier
// operations are named by number, and the number is taken around the clock of those that there are.

export type Standing = "active" | "expired" | "abandoned" | "completed";

/** A session that stands like this; null for any. Where there is none, nothing is asked. */
export type SessionWish = { nth: number; on: Standing | null };

/** A code that is brought to another device: the newest of its session, or one before that. */
export type RedeemWish = {
	older: boolean;
	how: "right" | "wrong" | "unknown";
	/** How many wrong guesses in a row; a right code comes twice at most, and the second time as a repeat. */
	times: number;
	id: IdWish;
	/** Whether the clock goes on first: to the last millisecond in which the code is good, or one further. */
	when: "now" | "just in time" | "too late";
	device: number;
	named: boolean;
};

export type Wish = { pass: number } & (
	| {
			kind: "start";
			id: IdWish;
			replaces: SessionWish | null;
			language: "en" | "ar";
			/** Whether another tab, which knows nothing of it, asks for the same. */
			in_two_tabs: boolean;
	  }
	| { kind: "sync"; session: SessionWish; device: number; operations: OperationWish[] }
	| ({ kind: "submit"; session: SessionWish; id: IdWish } & AnswerWish)
	| { kind: "abandon" | "complete"; session: SessionWish; id: IdWish }
	| {
			kind: "restore";
			session: SessionWish;
			id: IdWish;
			/** Whether it comes again after the session was set aside anew. */
			comes_again: boolean;
	  }
	| {
			kind: "hand_off";
			session: SessionWish;
			/** Codes one after another, each by a request of its own. */
			ids: IdWish[];
			/** What becomes of the session before the last of them is brought. */
			ends: "abandon" | "complete" | "expire" | null;
			redeem: RedeemWish[];
	  }
	| { kind: "redeem"; nth: number; redeem: RedeemWish[] }
	| { kind: "student_info" | "erase"; session: SessionWish }
	| { kind: "clock"; by: number }
	| { kind: "boundary"; of: "expiry" | "restoring"; nth: number; plus: 0 | 1 }
	| { kind: "restart" | "export" }
);

/** Milliseconds since the step before; none at all now and then, so that times collide. */
const pass = fc.oneof(
	{ weight: 2, arbitrary: fc.constant(0) },
	{ weight: 6, arbitrary: fc.nat({ max: 5000 }) },
	{ weight: 2, arbitrary: fc.nat({ max: 3_600_000 }) },
);

const STANDINGS = ["active", "expired", "abandoned", "completed"] as const;

/**
 * Sessions by how they stand, one kind twice as often as the others: what is rare is what the wishes have to
 * name.
 */
const mostly = (on: Standing): fc.Arbitrary<SessionWish> =>
	fc.record({ nth: number, on: fc.constantFrom(on, ...STANDINGS) });
const anySession: fc.Arbitrary<SessionWish> = number.map((nth) => ({ nth, on: null }));

const start = fc.record({
	pass,
	kind: fc.constant("start" as const),
	id: idOrNone(),
	replaces: fc.option(fc.oneof(mostly("abandoned"), mostly("expired")), { freq: 3 }),
	language,
	in_two_tabs: fc.nat({ max: 5 }).map((one) => one === 0),
});

/** An active session that is completed is gone for all the steps after; the others stay what they are. */
const sync = mostly("active").chain((wanted) =>
	fc.record({
		pass,
		kind: fc.constant("sync" as const),
		session: fc.constant(wanted),
		device: fc.nat({ max: 3 }),
		operations: operationsOf(wanted.on === "active" ? 8 : 2),
	}),
);

/** A submission is repeated more often than anything else: it is what today's front end does. */
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

const redeem: fc.Arbitrary<RedeemWish> = fc.record({
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

/** What takes long is seldom: erasing empties files, and after a restart PostgreSQL begins new processes. */
export const wish: fc.Arbitrary<Wish> = fc.oneof(
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
