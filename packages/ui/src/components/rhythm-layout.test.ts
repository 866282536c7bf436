import { expect, test } from "vitest";
import { type Beat, layoutRhythm } from "./rhythm-layout.ts";

function beats(count: number, state: Beat["state"] = "open"): Beat[] {
	return Array.from({ length: count }, (_, i) => ({
		height: 0.5,
		state,
		chapter: Math.floor((i * 3) / count),
	}));
}

test("every question is a bar of its own on a phone", () => {
	expect(layoutRhythm(beats(71), 350, false)).toHaveLength(71);
});

test("150 questions at 320 pixels merge and never cross a chapter", () => {
	const bars = layoutRhythm(beats(150), 280, false);
	expect(bars.length).toBeLessThan(150);
	expect(bars.every((bar) => bar.width >= 1)).toBe(true);
	expect(new Set(bars.map((bar) => bar.chapter)).size).toBe(3);
	expect(bars.filter((bar) => bar.chapter === 1)).toHaveLength(25);
});

test("bars stay inside the line and never overlap", () => {
	for (const width of [240, 350, 704]) {
		const bars = layoutRhythm(beats(97), width, false);
		for (const [i, bar] of bars.entries()) {
			const next = bars[i + 1];
			expect(bar.x + bar.width).toBeLessThan((next ? next.x : width) + 0.001);
		}
	}
});

test("mirrored, the first beat is at the right", () => {
	const straight = layoutRhythm(beats(12), 300, false);
	const mirrored = layoutRhythm(beats(12), 300, true);
	expect(mirrored[0]!.x).toBeGreaterThan(mirrored[11]!.x);
	expect(mirrored[0]!.width).toBeCloseTo(straight[0]!.width);
});

test("a merged beat is answered only when all of it is, and now when one of it is", () => {
	const line = beats(150, "answered");
	line[1] = { ...line[1]!, state: "open" };
	line[4] = { ...line[4]!, state: "now" };
	const states = layoutRhythm(line, 280, false).map((bar) => bar.state);
	expect(states.slice(0, 4)).toEqual(["open", "answered", "now", "answered"]);
});

test("an assessment without questions draws nothing", () => {
	expect(layoutRhythm([], 300, false)).toEqual([]);
});
