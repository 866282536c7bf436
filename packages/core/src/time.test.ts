import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correctedTime, Instant } from "./index.ts";
import { holds } from "./testing/holds.ts";

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
