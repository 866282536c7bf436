import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	mintDisplayId,
	mintSessionId,
	NewOperationId,
	OperationId,
	parseDisplayId,
	parseSessionId,
} from "./index.ts";
import { holds } from "./testing/holds.ts";

const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("session ids", () => {
	test("are random UUIDs of version 4 that parse", () => {
		holds(
			fc.property(bytes, (random) => {
				const id = mintSessionId(() => random);
				expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
				expect(parseSessionId(id)).toBe(id);
			}),
		);
	});

	test("are folded to lower case", () => {
		expect(parseSessionId("11111111-1111-4111-8111-AAAAAAAAAAAA")).toBe(
			"11111111-1111-4111-8111-aaaaaaaaaaaa",
		);
	});

	test.each([
		"",
		"test-123",
		"1111111111114111811111111111111",
		"{11111111-1111-4111-8111-111111111111}",
		"11111111-1111-4111-8111-111111111111\n",
	])("%j is none", (value) => {
		expect(parseSessionId(value)).toBeNull();
	});
});

test("an operation id is a UUID, folded", () => {
	expect(OperationId.parse("11111111-1111-4111-8111-AAAAAAAAAAAA")).toBe(
		"11111111-1111-4111-8111-aaaaaaaaaaaa",
	);
	expect(OperationId.safeParse("1").success).toBe(false);
	expect(NewOperationId.parse("11111111-1111-4111-8111-AAAAAAAAAAAA")).toBe(
		"11111111-1111-4111-8111-aaaaaaaaaaaa",
	);
	expect(NewOperationId.parse("00000000-0001-7000-8000-000000000000")).toMatch(/^0/);
});

describe("display ids", () => {
	test("survive being written in lower case, with O for 0 and I for 1, without the dash", () => {
		holds(
			fc.property(bytes, (random) => {
				const id = mintDisplayId((count) => random.slice(0, count));
				expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
				const typed = ` ${id.toLowerCase().replace("-", " ").replaceAll("0", "o").replaceAll("1", "i")} `;
				expect(parseDisplayId(typed)).toBe(id);
			}),
		);
	});

	test.each(["", "7GK2M", "7GK2M-9XQ4U", "7GK2M-9XQ4T7"])("%j is none", (value) => {
		expect(parseDisplayId(value)).toBeNull();
	});
});

test.each(["00000000-0000-0000-0000-000000000000", "00000000-0000-8000-8000-000000000001"])(
	"%s is the server's own: it is told, and nobody brings it along",
	(id) => {
		expect(OperationId.parse(id)).toBe(id);
		expect(NewOperationId.safeParse(id).success).toBe(false);
	},
);
