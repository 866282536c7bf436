import type { SliderQuestion } from "@carhythm/core";
import { expect, test } from "vitest";
import { labelledSteps, middleStep } from "./labelled-steps.ts";

function slider(min: number, max: number, step: number, labels: string[]): SliderQuestion {
	const scale_labels = labels.map((en) => ({ en }));
	return { id: 1, key: "q", type: "slider", text: { en: "Q" }, required: true, min, max, step, scale_labels };
}

test("one label for each step makes choices", () => {
	expect(labelledSteps(slider(1, 3, 1, ["No", "Neither", "Yes"]))?.map((step) => step.value)).toEqual([
		1, 2, 3,
	]);
	expect(labelledSteps(slider(0, 0.3, 0.1, ["a", "b", "c", "d"]))?.map((step) => step.value)).toEqual([
		0, 0.1, 0.2, 0.3,
	]);
});

test("no labels, or fewer than steps, leave a slider to be moved", () => {
	expect(labelledSteps(slider(0, 100, 5, []))).toBeNull();
	expect(labelledSteps(slider(0, 100, 5, ["None", "All"]))).toBeNull();
});

test("the middle is a step that exists", () => {
	expect(middleStep(slider(0, 100, 5, []))).toBe(50);
	expect(middleStep(slider(1, 10, 1, []))).toBe(5);
	expect(middleStep(slider(0, 1, 0.1, []))).toBe(0.5);
});
