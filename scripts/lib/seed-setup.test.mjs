import fc from "fast-check";
import { expect, it } from "vitest";

it("randomized tests draw from the seed of the run", () => {
	const { seed } = fc.check(fc.property(fc.integer(), () => true));
	expect(seed).toBe(Number(process.env["CARHYTHM_TEST_SEED"]));
});
