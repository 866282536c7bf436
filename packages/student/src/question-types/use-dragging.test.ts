import { expect, test } from "vitest";
import { landing, makeWay } from "./use-dragging.ts";

const rows = [30, 90, 150, 210].map((middle) => ({ middle, height: 56 }));

test("a row lands below all rows whose middle it has passed", () => {
	expect(landing(rows, 0, 30)).toBe(0);
	expect(landing(rows, 0, 89)).toBe(0);
	expect(landing(rows, 0, 91)).toBe(1);
	expect(landing(rows, 0, 500)).toBe(3);
	expect(landing(rows, 3, -50)).toBe(0);
});

test("the rows between give way, the others stay", () => {
	const drag = { from: 0, to: 2, offset: 118 };
	expect([0, 1, 2, 3].map((i) => makeWay(drag, i, 64))).toEqual([118, -64, -64, 0]);
	const upwards = { from: 3, to: 1, offset: -120 };
	expect([0, 1, 2, 3].map((i) => makeWay(upwards, i, 64))).toEqual([0, 64, 64, -120]);
});
