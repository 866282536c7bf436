import { describe, expect, it } from "vitest";
import { countPlaywright, countVitest, hasPassed, summarize } from "./report.mjs";

describe("the counts of a suite", () => {
	it("are those of the tool's report", () => {
		expect(countVitest({ numPassedTests: 40, numFailedTests: 2 }, false)).toEqual({ passed: 40, failed: 2 });
		expect(countPlaywright({ stats: { expected: 7, unexpected: 0, flaky: 0, skipped: 0 } }, true)).toEqual({
			passed: 7,
			failed: 0,
		});
	});

	it("hold a failure when the tool failed without a failed test", () => {
		expect(countVitest({ numPassedTests: 40, numFailedTests: 0 }, false)).toEqual({ passed: 40, failed: 1 });
	});

	it("hold a failure when nothing was tested or no report was written", () => {
		expect(countVitest({ numPassedTests: 0, numFailedTests: 0 }, true)).toEqual({ passed: 0, failed: 1 });
		expect(countVitest(undefined, true)).toEqual({ passed: 0, failed: 1 });
		expect(countPlaywright(undefined, false)).toEqual({ passed: 0, failed: 1 });
		expect(countPlaywright({ stats: null }, true)).toEqual({ passed: 0, failed: 1 });
	});

	it("take a flaky browser test for a failed one", () => {
		expect(countPlaywright({ stats: { expected: 7, unexpected: 1, flaky: 2 } }, true)).toEqual({
			passed: 7,
			failed: 3,
		});
	});
});

describe("the end of a run", () => {
	const types = { name: "Types", passed: 1, failed: 0, seconds: 2 };
	const browser = { name: "Browser tests", passed: 10, failed: 2, seconds: 61.26, note: "stopped" };

	it("is one line that machines read", () => {
		expect(summarize([types, browser]).at(-1)).toBe("11 passed, 2 failed");
		expect(summarize([]).at(-1)).toBe("0 passed, 0 failed");
	});

	it("says before that what each suite came to", () => {
		expect(summarize([types, browser]).find((line) => line.startsWith("Browser"))).toMatch(
			/^Browser tests\s+10\s+2\s+61\.3 {2}stopped$/,
		);
	});

	it("is good only when something passed and nothing failed", () => {
		expect(hasPassed([types])).toBe(true);
		expect(hasPassed([types, browser])).toBe(false);
		expect(hasPassed([])).toBe(false);
	});
});
