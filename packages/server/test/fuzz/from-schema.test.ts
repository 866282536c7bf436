import fc from "fast-check";
import { expect, test } from "vitest";
import { HOSTILE, textOf } from "./from-schema.ts";

test("a hostile value has a text for an address, also where its toString is no function", () => {
	for (const value of [{ toString: null }, { toString: 1, valueOf: "" }, [{ toString: {} }], null, -0]) {
		expect(() => encodeURIComponent(textOf(value))).not.toThrow();
	}
	void fc.assert(
		fc.property(HOSTILE, (value) => void encodeURIComponent(textOf(value))),
		{ numRuns: 5000 },
	);
});
