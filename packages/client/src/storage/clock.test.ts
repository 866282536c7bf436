import { OperationId } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import {
	type DeviceClock,
	mintOrderedId,
	readClock,
	serverTime,
	steadied,
	tick,
	UNKNOWN_CLOCK,
	withServerTime,
} from "./clock.ts";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const HOUR = 3_600_000;

function readings(times: readonly number[]): number[] {
	let clock: DeviceClock = UNKNOWN_CLOCK;
	return times.map((now) => {
		clock = tick(clock, now);
		return clock.last;
	});
}

describe("the device's clock", () => {
	test("several events in one millisecond follow one another", () => {
		expect(readings([NOON, NOON, NOON, NOON + 1])).toEqual([NOON, NOON + 1, NOON + 2, NOON + 3]);
	});

	test("set back by an hour, it goes on from where it was and keeps its pace", () => {
		const [before, after, later] = readings([NOON, NOON - HOUR, NOON - HOUR + 5000]);
		expect([before, after, later]).toEqual([NOON, NOON + 1, NOON + 5000]);
	});

	test("put right after a far future, the distances between later readings are right", () => {
		const future = Date.parse("2099-01-01T00:00:00.000Z");
		const [, first, second] = readings([future, NOON, NOON + HOUR]);
		expect((second ?? 0) - (first ?? 0)).toBe(HOUR - 1);
	});

	test("never repeats or goes back, whatever it is set to", () => {
		const wild = [NOON, 0, -5, NOON * 1000, 3, NOON, NOON + 1, Number.MAX_SAFE_INTEGER, NOON];
		const seen = readings(wild);
		for (const [index, reading] of seen.slice(1).entries()) expect(reading).toBeGreaterThan(seen[index] ?? 0);
		for (const reading of seen) expect(new Date(reading).toISOString()).toHaveLength(24);
	});

	test("reading it is never before what was given out, and goes on after the clock was set back", () => {
		const clock = tick(UNKNOWN_CLOCK, NOON);
		expect(readClock(clock, NOON + 7)).toBe(NOON + 7);
		const steady = steadied(clock, NOON - HOUR);
		expect(readClock(steady, NOON - HOUR)).toBe(NOON);
		expect(readClock(steady, NOON - HOUR + 60_000)).toBe(NOON + 60_000);
	});

	test("ids sort by the reading, and are UUIDs of version 7", () => {
		const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));
		const times = [0, 1, 255, 256, NOON - 1, NOON, Date.parse("9000-01-01T00:00:00.000Z")];
		const ids = times.map((time) => mintOrderedId(time, randomBytes));
		expect([...ids].sort()).toEqual(ids);
		for (const id of ids) {
			expect(OperationId.parse(id)).toBe(id);
			expect(id).toMatch(/^.{8}-.{4}-7.{3}-[89ab]/);
		}
	});

	test("knows the server's time from its last reply", () => {
		const clock = withServerTime(UNKNOWN_CLOCK, 5, "2026-11-22T12:00:00.000Z");
		expect(serverTime(clock, 60_005)).toBe("2026-11-22T12:01:00.000Z");
	});
});
