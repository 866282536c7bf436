import { describe, expect, test } from "vitest";
import {
	addDays,
	expiresAt,
	type Instant,
	isExpired,
	isTooLate,
	LATE_DELIVERY_DAYS,
	toInstant,
	toMillis,
} from "./index.ts";

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

describe("a late delivery", () => {
	const last = "2026-11-01T08:00:00.000Z";
	const day = (days: number) => addDays(last, days);
	const edge = 30 + LATE_DELIVERY_DAYS;

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
