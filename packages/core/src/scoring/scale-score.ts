import { checkAnswer } from "../answer.ts";
import type { Answer, Question } from "../question-types/index.ts";
import type { ScaleMethod, ScoreRange } from "../question-types/item-scores.ts";
import { BAND_LABELS, type Band, bandOf } from "./band.ts";
import { judgeCoverage } from "./coverage.ts";
import type { ScaleResult } from "./profile.ts";
import { itemRange, itemScore, type Scale, type ScaleItem } from "./scoring.ts";

/** Finds a question by its key, and the session's answer to it. */
export type Answered = {
	question(key: string): Question;
	answer(question: Question): Answer | undefined;
};

/** Scores one scale from what is answered. An answer that does not fit its question (old data) counts as none. */
export function scoreScale(scale: Scale, answered: Answered): ScaleResult {
	const items = scale.items.map((item) => scoreItem(scale, item, answered));
	if (scale.method === "mean") refuseMixedRanges(scale, items);
	const scored = items.filter((item) => item.score !== null);
	const base = describeScale(scale, scored.length);
	const status = judgeCoverage(scored.length, scale.items.length);
	if (status === "not_enough") return { ...base, status };

	const share = round3(shareOf(scored));
	const band = bandOf(share);
	if (status === "preliminary") return { ...base, status, band, band_label: BAND_LABELS[band] };
	const text = bandText(scale, band);
	const phrase = bandPhrase(scale, band);
	return {
		...base,
		status,
		...scoreOf(scale.method, items, scored),
		share,
		band,
		band_label: BAND_LABELS[band],
		...(text && { text }),
		...(phrase && { phrase }),
	};
}

/**
 * The sum of a scale in raw units, exactly; null unless every item is answered. What is not answered is not 0.
 * @throws Error when the scale names a question that the assessment does not have or that carries no score
 */
export function sumScale(scale: Scale, answered: Answered): (ScoreRange & { sum: number }) | null {
	const items = scale.items.map((item) => scoreItem(scale, item, answered));
	if (items.length === 0 || items.some(({ score }) => score === null)) return null;
	const range = rangeOfSum(items);
	return { sum: items.reduce((sum, { score }) => sum + (score ?? 0), 0), ...range };
}

type ItemResult = { range: ScoreRange; score: number | null };

function scoreItem(scale: Scale, item: ScaleItem, answered: Answered): ItemResult {
	const question = answered.question(item.question);
	const range = itemRange(question, item, scale.method);
	if (range === null) throw new Error(`Scale ${scale.key}: ${item.question} has no score`);
	const answer = answered.answer(question);
	const fits = answer !== undefined && checkAnswer(question, answer) === null;
	return { range, score: fits ? itemScore(question, item, { method: scale.method, range }, answer) : null };
}

function refuseMixedRanges(scale: Scale, items: readonly ItemResult[]): void {
	const [first] = items;
	const other = items.findIndex(
		({ range }) => range.min !== first?.range.min || range.max !== first.range.max,
	);
	if (other === -1) return;
	throw new Error(
		`Scale ${scale.key}: ${scale.items[other]?.question} has another range than the items before it`,
	);
}

function rangeOfSum(items: readonly ItemResult[]): ScoreRange {
	return items.reduce((sum, { range }) => ({ min: sum.min + range.min, max: sum.max + range.max }), {
		min: 0,
		max: 0,
	});
}

/** Where the answered items lie in their own possible range, 0 to 1. */
function shareOf(scored: readonly ItemResult[]): number {
	const { min, max } = rangeOfSum(scored);
	const sum = scored.reduce((total, { score }) => total + (score ?? 0), 0);
	return max > min ? (sum - min) / (max - min) : 0;
}

/** A mean keeps the range of one item; points have the range of all items, answered or not. */
function scoreOf(method: ScaleMethod, items: readonly ItemResult[], scored: readonly ItemResult[]) {
	const sum = scored.reduce((total, { score }) => total + (score ?? 0), 0);
	if (method === "mean") {
		const { min, max } = items[0]?.range ?? { min: 0, max: 0 };
		return { mean: round3(sum / scored.length), min, max };
	}
	const { min, max } = rangeOfSum(items);
	const whole = scored.length === items.length ? sum : min + shareOf(scored) * (max - min);
	return { mean: round3(whole), min, max };
}

function describeScale(scale: Scale, items_answered: number) {
	const { key, name, description, kind, method, riasec_type, group, poles, overlaps, reliability } = scale;
	return {
		key,
		name,
		...(description && { description }),
		kind,
		...(method === "points" && { method }),
		...(riasec_type && { riasec_type }),
		group,
		...(poles && { poles }),
		...(overlaps && { overlaps }),
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

function bandPhrase(scale: Scale, band: Band) {
	if (band === "middle") return undefined;
	return band === "lower" ? scale.low_phrase : scale.high_phrase;
}

function round3(value: number): number {
	return Math.round(value * 1000) / 1000;
}
