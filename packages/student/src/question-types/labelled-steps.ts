import type { LocalizedText, SliderQuestion } from "@carhythm/core";

/** One step of a scale with its label. */
export type LabelledStep = { value: number; label: LocalizedText };

/** The steps of a slider that has a label for each of them, shown as choices; null for a slider to be moved. */
export function labelledSteps(question: SliderQuestion): LabelledStep[] | null {
	const { scale_labels, max } = question;
	const steps = scale_labels.map((label, i) => ({ value: stepValue(question, i), label }));
	const last = steps.at(-1);
	return last !== undefined && steps.length > 1 && last.value === max ? steps : null;
}

/** The step nearest to the middle; the lower one of two. */
export function middleStep(question: SliderQuestion): number {
	const steps = Math.round((question.max - question.min) / question.step);
	return stepValue(question, Math.floor(steps / 2));
}

/** The value of a step counted from 0, without the dust of binary fractions (0.1 + 0.2). */
function stepValue({ min, step }: SliderQuestion, i: number): number {
	return Number((min + i * step).toFixed(9));
}
