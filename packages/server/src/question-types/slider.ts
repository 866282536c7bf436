import { type LocalizedText, type SliderQuestion, StorableText } from "@carhythm/core";
import * as z from "zod/mini";
import { counted } from "../counted.ts";
import { child, type Finding, isRecord, type Path } from "../findings.ts";
import { localizedOf, optional, type Reading, reversed } from "./adoption.ts";
import { type ExistingRow, readList } from "./existing-rows.ts";
import { Label, questionInFile } from "./file-parts.ts";
import type { ServerQuestionType } from "./question-type.ts";
import { isPlain, languages } from "./short-forms.ts";

const SliderFile = z.strictObject({
	...questionInFile,
	type: z.literal("slider"),
	min: z.number(),
	max: z.number(),
	step: z._default(z.number().check(z.positive()), 1),
	min_label: z.optional(Label),
	max_label: z.optional(Label),
	scale_labels: z
		._default(z.union([StorableText, z.array(Label)]), [])
		.check(z.describe("One label for each step, or the name of a set in scale_label_sets.")),
});
type SliderFile = z.infer<typeof SliderFile>;

export const slider = {
	type: "slider",
	File: SliderFile,
	short_forms: [
		{
			noun: "label",
			isUsed: (path, entry) =>
				(path.at(-2) === "scale_labels" || path.at(-3) === "scale_label_sets") && isPlain(entry),
			show: (entry, arabic) => `A label names its languages: ${languages(entry, arabic)}.`,
		},
	],
	checkInFile: checkSlider,
	complete(question, scale_label_sets) {
		const { scale_labels } = question;
		const labels = typeof scale_labels === "string" ? scale_label_sets[scale_labels] : scale_labels;
		if (labels === undefined) throw new Error(`There is no label set ${String(scale_labels)}`);
		return { ...question, scale_labels: labels };
	},
	answersCarryOver: (before, now) =>
		before.min === now.min && before.max === now.max && before.step === now.step,
	checkInScale: () => [],
	questionColumns({ scale_labels, ...question }) {
		const min_label = question.min_label ?? scale_labels[0];
		const max_label = question.max_label ?? scale_labels.at(-1);
		return {
			scale_labels: scale_labels.length > 0 ? JSON.stringify(scale_labels.map(({ en }) => en)) : null,
			slider_min_label: min_label?.en ?? null,
			slider_min_label_ar: min_label?.ar ?? null,
			slider_max_label: max_label?.en ?? null,
			slider_max_label_ar: max_label?.ar ?? null,
		};
	},
	answerColumn: ({ value }) => ({ answer_value: value }),
	onPage({ type, min, max, step, min_label, max_label, scale_labels }, fields, { text, item_id }) {
		const labels = {
			min_label: text(min_label),
			max_label: text(max_label),
			scale_labels: scale_labels.map((label) => text(label)),
		};
		return { ...fields, type, options: { min, max, step, ...labels, item_id } };
	},
	adoption: {
		readQuestion(row, base, reading) {
			const labels = readList({ question: row, column: "scale_labels" }, reading.findings);
			if (!labels) return null;
			const scale_labels = labels.map((label): LocalizedText => ({ en: String(label) }));
			const range =
				scale_labels.length > 1 ? { min: 1, max: scale_labels.length, step: 1 } : rangeOf(row, reading);
			if (!range) return null;
			return {
				...base,
				type: "slider",
				...range,
				...optional("min_label", localizedOf(row.slider_min_label, row.slider_min_label_ar)),
				...optional("max_label", localizedOf(row.slider_max_label, row.slider_max_label_ar)),
				scale_labels: scale_labels.length > 1 ? scale_labels : [],
			};
		},
		options: () => [],
		counts: "everywhere",
		scaleItem: ({ key, min, max }, row, scale) =>
			min < max ? { question: key, ...reversed(row, scale) } : null,
		isInArabic: () => false,
		// Seven has no factor in common with the steps of a usual scale, and the third shifts the pattern between scales.
		chooseAnswer({ by, options }) {
			const min = numberOf(options, "min") ?? 1;
			const max = numberOf(options, "max") ?? 5;
			const step = numberOf(options, "step") || 1;
			const steps = Math.max(1, Math.floor((max - min) / step) + 1);
			return { value: min + step * ((by * 7 + Math.floor(by / 3)) % steps) };
		},
	},
} satisfies ServerQuestionType<"slider", SliderFile>;

function checkSlider(question: SliderFile, path: Path, file: unknown): Finding[] {
	const { min, max, step, scale_labels } = question;
	if (min >= max) {
		return [
			{ path: [...path, "min"], message: `"min" (${min}) must be less than "max" (${max}). Exchange them.` },
		];
	}
	const steps = (max - min) / step;
	if (Math.abs(steps - Math.round(steps)) > 1e-6) {
		return [
			{
				path: [...path, "step"],
				message: `"step" (${step}) does not lead from ${min} to ${max}. Choose a step that divides ${max - min}.`,
			},
		];
	}
	const sets = isRecord(file) && isRecord(file["scale_label_sets"]) ? file["scale_label_sets"] : {};
	const labels = typeof scale_labels === "string" ? sets[scale_labels] : scale_labels;
	const labelsPath = [...path, "scale_labels"];
	if (!Array.isArray(labels)) {
		const known = Object.keys(sets).join(", ") || "none";
		return [
			{
				path: labelsPath,
				message: `There is no label set "${String(scale_labels)}" in "scale_label_sets" (there: ${known}). Add it, or list the labels here.`,
			},
		];
	}
	const positions = Math.round(steps) + 1;
	if (labels.length === 0 || labels.length === positions) return [];
	return [
		{
			path: labelsPath,
			message: `There ${labels.length === 1 ? "is" : "are"} ${counted(labels.length, "label")} for ${counted(positions, "step")} from ${min} to ${max}. Give one for each step, or none.`,
		},
	];
}

type Range = Pick<SliderQuestion, "min" | "max" | "step">;

const SCALES: readonly Range[] = [
	{ min: 1, max: 5, step: 1 },
	{ min: 0, max: 100, step: 1 },
];

/** The row's scale type may name the range; else the answers given so far tell it. */
function rangeOf(row: ExistingRow, { values, findings }: Reading): Range | null {
	const [, first, last] =
		/(?:^|\D)(\d{1,3})(?:\s*(?:-|_|to)\s*(\d{1,3}))?$/i.exec(row.scale_type ?? "") ?? [];
	if (first !== undefined) {
		const [min, max] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)];
		// A lone number is how far the scale goes: `likert_5` begins with 1, `slider_100` with 0.
		if (max > min) return { min: last === undefined && max > 10 ? 0 : min, max, step: 1 };
	}
	const given = values.get(row.id) ?? [];
	const total = given.reduce((sum, { n }) => sum + n, 0);
	// The existing product took any number, so a few may lie outside of every scale.
	const range = SCALES.find(
		({ min, max }) =>
			given.reduce((sum, { value, n }) => sum + (fits(value, min, max) ? n : 0), 0) >= 0.9 * total,
	);
	if (!range) {
		findings.conflicts.push(
			`question ${row.id}: neither its scale_type nor its scale_labels say from where to where its slider goes, and its answers fit neither 1 to 5 nor 0 to 100; set scale_type, for example to 0-10`,
		);
		return null;
	}
	const name = `${range.min} to ${range.max}`;
	findings.ranges.set(name, [...(findings.ranges.get(name) ?? []), row.id]);
	return range;
}

function fits(value: number, min: number, max: number): boolean {
	return Number.isInteger(value) && value >= min && value <= max;
}

function numberOf(options: unknown, name: string): number | null {
	const value = child(options, name);
	return typeof value === "number" ? value : null;
}
