import { expect, test } from "vitest";
import { readTime } from "./times.ts";

test.each([
	["2024-01-02 11:30:15", "2024-01-02T11:30:15.000Z"],
	["2024-01-02 11:30:15.250000", "2024-01-02T11:30:15.250Z"],
	["2024-01-02 11:30:15.999999", "2024-01-02T11:30:15.999Z"],
	["2024-01-02T11:30:15.250Z", "2024-01-02T11:30:15.250Z"],
	["2024-01-02 11:30:15+02:00", "2024-01-02T09:30:15.000Z"],
	["2024-01-02 11:30:15-0330", "2024-01-02T15:00:15.000Z"],
	["2024-01-02 11:30:15+02", "2024-01-02T09:30:15.000Z"],
	["2024-02-29", "2024-02-29T00:00:00.000Z"],
])("reads %s", (found, time) => {
	expect(readTime(found, "UTC")).toBe(time);
});

test.each(["yesterday", "", "2023-02-29 10:00:00", "2024-01-02 25:00:00", "02/01/2024", 1_704_194_000, null])(
	"%s is no time",
	(found) => {
		expect(readTime(found, "UTC")).toBeNull();
	},
);

test("a time without a zone is read in the zone that the operator names, summer and winter", () => {
	expect(readTime("2024-01-02 11:30:15", "Africa/Cairo")).toBe("2024-01-02T09:30:15.000Z");
	expect(readTime("2024-07-02 11:30:15", "Africa/Cairo")).toBe("2024-07-02T08:30:15.000Z");
	expect(readTime("2024-07-02 11:30:15+00:00", "Africa/Cairo")).toBe("2024-07-02T11:30:15.000Z");
	// New York went over at 2 o'clock of this night.
	expect(readTime("2024-03-10 01:59:59", "America/New_York")).toBe("2024-03-10T06:59:59.000Z");
	expect(readTime("2024-03-10 03:00:00", "America/New_York")).toBe("2024-03-10T07:00:00.000Z");
});
