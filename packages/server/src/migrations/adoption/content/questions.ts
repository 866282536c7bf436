import { ESSAY_LIMIT, Key, type LocalizedText, type Question, type SliderQuestion } from "@carhythm/core";
import { readBoth, readList } from "./options.ts";
import type { Findings, FoundContent, QuestionRow } from "./rows.ts";

/** A text in the languages in which a row has it; undefined where it has none. */
export function localized(
	en: string | null | undefined,
	ar: string | null | undefined,
): LocalizedText | undefined {
	if (!en && !ar) return undefined;
	return { en: en || ar || "", ...(ar && { ar }) };
}

/** The key of a question: the item's own name where it can be one. Taken ones are numbered by the row. */
export function keyOf({ id, item_id }: QuestionRow, taken: Set<string>): string {
	const folded = Key.safeParse((item_id ?? "").trim().toLowerCase());
	const key = folded.success && !taken.has(folded.data) ? folded.data : `question-${id}`;
	taken.add(key);
	return key;
}

/** A row as a question; null where a conflict says why not. */
export function readQuestion(
	row: QuestionRow,
	key: string,
	content: FoundContent,
	findings: Findings,
): Question | null {
	const base = {
		id: row.id,
		key,
		...optional("item_id", row.item_id === key ? undefined : row.item_id),
		text: localized(row.question_text, row.question_text_ar) ?? { en: "" },
		required: row.is_required === 1,
		...optional("scene_title", localized(row.scene_title, row.scene_title_ar)),
		...optional("scene_narrative", localized(row.scene_narrative, row.scene_narrative_ar)),
		...optional("scene_image", row.scene_image_url || row.image_path || undefined),
		...optional("scene_theme", row.scene_theme || undefined),
	};
	switch (row.question_type.toLowerCase()) {
		case "slider":
			return readSlider(row, base, content, findings);
		case "mcq": {
			const options = readBoth(row, { en: "mcq_options", ar: "mcq_options_ar" }, findings);
			if (!options) return null;
			const choices = options.map(({ text, value }) => ({ value, label: text }));
			return { ...base, type: "mcq", multiple: row.allow_multiple_selection === 1, choices };
		}
		case "ordering":
			return readOrdering(row, base, findings);
		case "essay": {
			const limit = row.essay_char_limit;
			return { ...base, type: "essay", char_limit: limit && limit > 0 ? Math.min(limit, ESSAY_LIMIT) : null };
		}
		default:
			findings.conflicts.push(
				`question ${row.id}: its question_type is "${row.question_type}", and only slider, mcq, ordering and essay are known; correct the row, or take its page out of use (is_active)`,
			);
			return null;
	}
}

type Base = Omit<Extract<Question, { type: "essay" }>, "type" | "char_limit">;

function readOrdering(row: QuestionRow, base: Base, findings: Findings): Question | null {
	const options = readBoth(row, { en: "ordering_options", ar: "ordering_options_ar" }, findings);
	if (!options) return null;
	const texts = options.flatMap(({ text }) => [...new Set([text.en, text.ar ?? text.en])]);
	if (new Set(texts).size < texts.length) {
		findings.conflicts.push(
			`question ${row.id}: two of its ordering_options have the same text, so that no order of them can be told; correct the row`,
		);
		return null;
	}
	return {
		...base,
		type: "ordering",
		items: options.map(({ text }) => ({ text })),
		randomize: row.randomize_order === 1,
	};
}

type Range = Pick<SliderQuestion, "min" | "max" | "step">;

function readSlider(
	row: QuestionRow,
	base: Base,
	content: FoundContent,
	findings: Findings,
): Question | null {
	const labels = readList({ question: row, column: "scale_labels" }, findings);
	if (!labels) return null;
	const scale_labels = labels.map((label) => ({ en: String(label) }));
	const range =
		scale_labels.length > 1 ? { min: 1, max: scale_labels.length, step: 1 } : rangeOf(row, content, findings);
	if (!range) return null;
	return {
		...base,
		type: "slider",
		...range,
		...optional("min_label", localized(row.slider_min_label, row.slider_min_label_ar)),
		...optional("max_label", localized(row.slider_max_label, row.slider_max_label_ar)),
		scale_labels: scale_labels.length > 1 ? scale_labels : [],
	};
}

const SCALES: readonly Range[] = [
	{ min: 1, max: 5, step: 1 },
	{ min: 0, max: 100, step: 1 },
];

/** The row's scale type may name the range; else the answers given so far tell it. */
function rangeOf(row: QuestionRow, content: FoundContent, findings: Findings): Range | null {
	const [, first, last] =
		/(?:^|\D)(\d{1,3})(?:\s*(?:-|_|to)\s*(\d{1,3}))?$/i.exec(row.scale_type ?? "") ?? [];
	if (first !== undefined) {
		const [min, max] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)];
		// A lone number is how far the scale goes: `likert_5` begins with 1, `slider_100` with 0.
		if (max > min) return { min: last === undefined && max > 10 ? 0 : min, max, step: 1 };
	}
	const given = content.values.get(row.id) ?? [];
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

/** A property that is there only when it has a value. */
export function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
	return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
