import { expect, test } from "vitest";
import { remaining } from "./migrate-report.ts";

test("a long step tells how far it is and how long it will take, as soon as that can be known", () => {
	expect(remaining({ done: 0, total: 1000 }, 0, 10)).toBe("0 %");
	expect(remaining({ done: 250, total: 1000 }, 0, 2000)).toBe("25 %, about 6 seconds left");
	expect(remaining({ done: 999, total: 1000 }, 0, 2000)).toBe("99 %, about 1 second left");
	// A run that goes on where another one was interrupted measures from there.
	expect(remaining({ done: 750, total: 1000 }, 500, 1000)).toBe("75 %, about 1 second left");
});
