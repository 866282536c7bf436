import { type Answer, checkAnswer } from "../answer.ts";
import type { Question } from "../assessment.ts";
import { BAND_LABELS, type Band, bandOf } from "./band.ts";
import { judgeCoverage } from "./coverage.ts";
import type { ScaleResult } from "./profile.ts";
import { itemRange, itemScore, type Scale, type ScoreRange } from "./scoring.ts";

/** Finds a question by its key, and the session's answer to it. */
export type Answered = {
	question(key: string): Question;
	answer(question: Question): Answer | undefined;
};

/** Scores one scale from what is answered. An answer that does not fit its question (old data) counts as none. */
export function scoreScale(scale: Scale, answered: Answered): ScaleResult {
	const scores: number[] = [];
	let range: ScoreRange | null = null;
	for (const item of scale.items) {
		const question = answered.question(item.question);
		const item_range = itemRange(question, item);
		if (item_range === null) throw new Error(`Scale ${scale.key}: ${item.question} has no score`);
		if (range !== null && (range.min !== item_range.min || range.max !== item_range.max)) {
			throw new Error(`Scale ${scale.key}: ${item.question} has another range than the items before it`);
		}
		range = item_range;
		const answer = answered.answer(question);
		const score = answer && checkAnswer(question, answer) === null ? itemScore(item, range, answer) : null;
		if (score !== null) scores.push(score);
	}
	const base = describeScale(scale, scores.length);
	const status = judgeCoverage(scores.length, scale.items.length);
	if (status === "not_enough" || range === null) return { ...base, status: "not_enough" };

	const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
	const share = round3((mean - range.min) / (range.max - range.min));
	const band = bandOf(share);
	if (status === "preliminary") return { ...base, status, band, band_label: BAND_LABELS[band] };
	const text = bandText(scale, band);
	return {
		...base,
		status,
		mean: round3(mean),
		min: range.min,
		max: range.max,
		share,
		band,
		band_label: BAND_LABELS[band],
		...(text && { text }),
	};
}

function describeScale(scale: Scale, items_answered: number) {
	const { key, name, description, kind, riasec_type, group, reliability } = scale;
	return {
		key,
		name,
		...(description && { description }),
		kind,
		...(riasec_type && { riasec_type }),
		group,
		...(reliability && { reliability }),
		items_total: scale.items.length,
		items_answered,
	};
}

function bandText(scale: Scale, band: Band) {
	switch (band) {
		case "lower":
			return scale.low_text;
		case "middle":
			return scale.mid_text;
		case "higher":
			return scale.high_text;
	}
}

function round3(value: number): number {
	return Math.round(value * 1000) / 1000;
}
