import { expect, test } from "vitest";
import { cornerAt, pointList } from "./hexagon-shape.ts";

const centre = { x: 100, y: 100 };

test("the first corner is on top and the fourth below, so opposite interests stand opposite", () => {
	expect(cornerAt(0, 6, centre, 50)).toEqual({ x: 100, y: 50 });
	expect(cornerAt(3, 6, centre, 50)).toEqual({ x: 100, y: 150 });
	expect(cornerAt(1, 6, centre, 50).x).toBeGreaterThan(100);
});

test("a spoke of no length stays in the middle", () => {
	expect(pointList([cornerAt(2, 6, centre, 0), cornerAt(5, 6, centre, 0)])).toBe("100,100 100,100");
});
