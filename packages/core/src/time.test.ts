import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	addDays,
	correctedTime,
	DELIVERY_DAYS,
	expiresAt,
	Instant,
	isExpired,
	isTooLate,
	toInstant,
	toMillis,
} from "./index.ts";
import { holds } from "./testing/holds.ts";

const DAY = 24 * 60 * 60 * 1000;

describe("expiry", () => {
	test.each([
		["in winter", "2026-01-10T12:00:00.000Z"],
		["when clocks are set back (Chile, 5 April 2026)", "2026-03-15T12:00:00.000Z"],
		["when clocks are set forward (Chile, 6 September 2026)", "2026-08-20T12:00:00.000Z"],
		["over a leap day", "2028-02-10T12:00:00.000Z"],
		["over the end of a year", "2026-12-20T23:59:59.999Z"],
	])("comes 30 × 24 hours after the last activity, %s", (_, last) => {
		const edge = toMillis(last) + 30 * DAY;
		expect(isExpired(last, toInstant(edge - 1000), 30)).toBe(false);
		expect(isExpired(last, toInstant(edge), 30)).toBe(false);
		expect(isExpired(last, toInstant(edge + 1000), 30)).toBe(true);
		expect(expiresAt(last, 30)).toBe(toInstant(edge));
	});

	test("is tried where clocks change in between", () => {
		const offset = (instant: Instant) => new Date(instant).getTimezoneOffset() / 60;
		const around = ["2026-03-15", "2026-04-15", "2026-08-20", "2026-09-20"].map(
			(day) => `${day}T12:00:00.000Z`,
		);
		expect(around.map(offset)).toEqual([3, 4, 4, 3]);
	});
});

describe("the corrected time of an operation", () => {
	const started_at = "2026-05-01T10:00:00.000Z";
	const received = "2026-05-01T12:00:00.000Z";

	test.each([
		["a right clock", "2026-05-01T11:30:00.000Z", "2026-05-01T12:00:00.000Z"],
		["a clock of 1970", "1970-01-01T00:10:00.000Z", "1970-01-01T00:40:00.000Z"],
		["a clock of 2099", "2099-12-31T10:00:00.000Z", "2099-12-31T10:30:00.000Z"],
	])("with %s it is received minus the operation's age", (_, client_time, sent_at) => {
		expect(correctedTime({ client_time, sent_at, received, started_at })).toBe("2026-05-01T11:30:00.000Z");
	});

	test("a clock that was set back in between cannot put it into the future", () => {
		const client_time = "2026-05-01T12:00:00.000Z";
		const sent_at = "2026-05-01T09:00:00.000Z";
		expect(correctedTime({ client_time, sent_at, received, started_at })).toBe(received);
	});

	test("is always between the start and the reception", () => {
		const moment = fc
			.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
			.map((d) => d.toISOString());
		holds(
			fc.property(moment, moment, (client_time, sent_at) => {
				const at = correctedTime({ client_time, sent_at, received, started_at });
				expect(at >= started_at && at <= received).toBe(true);
			}),
		);
	});
});

test.each([
	"2026-02-30T00:00:00.000Z",
	"2026-01-01T00:00:00Z",
	"2026-01-01 00:00:00",
	"2026-13-01T00:00:00.000Z",
	"0000-01-01T00:00:00.000Z",
])("%s is no instant", (value) => {
	expect(Instant.safeParse(value).success).toBe(false);
});

describe("a late delivery", () => {
	const last = "2026-11-01T08:00:00.000Z";
	const day = (days: number) => addDays(last, days);
	const edge = 30 + DELIVERY_DAYS;

	test.each([
		{ done: day(30), received: day(edge), late: false },
		{ done: toInstant(toMillis(day(30)) + 1), received: day(edge), late: true },
		{ done: day(1), received: toInstant(toMillis(day(edge)) + 1), late: true },
		{ done: day(0), received: day(0), late: false },
	])("done at $done and received at $received is too late: $late", ({ done, received, late }) => {
		const isLate = isTooLate(last, { done, received }, 30);
		expect(isLate).toBe(late);
	});
});
