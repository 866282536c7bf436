import {
	itemRange,
	reportsOf,
	type Scale,
	type ScaleItem,
	type ScoreRange,
	type Scoring,
} from "@carhythm/core";
import { type Finding, type Path, repeated } from "../findings.ts";
import { type QuestionFile, serverTypeOf } from "../question-types/index.ts";
import type { ItemRule } from "../question-types/question-type.ts";
import type { FoundQuestion } from "./check-assessment.ts";

/** Holds a scoring key against the questions it scores. `base` is where the key stands in its file. */
export function checkScoring(scoring: Scoring, questions: readonly FoundQuestion[], base: Path): Finding[] {
	const { scales, groups, instruments } = scoring;
	const keys = (name: "scales" | "groups" | "instruments", list: readonly { key: string }[]) =>
		repeated(
			"key",
			name,
			list.map(({ key }, n) => ({ path: [...base, name, n, "key"], text: key })),
		);
	return [
		...keys("groups", groups),
		...keys("instruments", instruments),
		...keys("scales", scales),
		...repeated(
			"riasec_type",
			"scales",
			scales.map(({ riasec_type }, n) => ({
				path: [...base, "scales", n, "riasec_type"],
				text: riasec_type ?? null,
			})),
		),
		...scales.flatMap((scale, n) => checkScale(scale, scoring, questions, [...base, "scales", n])),
	];
}

function checkScale(
	scale: Scale,
	scoring: Scoring,
	questions: readonly FoundQuestion[],
	path: Path,
): Finding[] {
	const findings: Finding[] = [];
	const find = (field: Path, message: string) => findings.push({ path: [...path, ...field], message });

	if (!scoring.groups.some(({ key }) => key === scale.group)) {
		find(["group"], `There is no group "${scale.group}" in "groups". Add it, or correct the name.`);
	}
	if (scale.instrument !== undefined && !scoring.instruments.some(({ key }) => key === scale.instrument)) {
		find(
			["instrument"],
			`There is no instrument "${scale.instrument}" in "instruments". Add it, or correct the name.`,
		);
	}
	if ((scale.kind === "riasec") !== (scale.riasec_type !== undefined)) {
		find([], `"riasec_type" belongs to scales of kind "riasec", to all of them and to no others.`);
	}
	for (const [n, other] of (scale.overlaps ?? []).entries()) {
		if (other !== scale.key && scoring.scales.some(({ key }) => key === other)) continue;
		find(["overlaps", n], `There is no other scale "${other}" in "scales". Correct the name.`);
	}
	if (scale.reliability && (scale.reliability.alpha < 0 || scale.reliability.alpha > 1)) {
		find(["reliability", "alpha"], `"alpha" must be from 0 to 1.`);
	}
	if (scale.items.length === 0) find(["items"], `"items" needs at least 1 entry.`);
	findings.push(
		...repeated(
			"question",
			"items of a scale",
			scale.items.map(({ question }, n) => ({ path: [...path, "items", n, "question"], text: question })),
		),
	);
	let range: ScoreRange | null = null;
	for (const [n, item] of scale.items.entries()) {
		const itemPath = [...path, "items", n];
		const found = questions.find(({ key }) => key === item.question);
		if (found === undefined) {
			find(
				["items", n, "question"],
				`There is no question "${item.question}" in the assessment. Correct the name.`,
			);
			continue;
		}
		if (found.question === null) continue;
		const own = itemRange(found.question, item, scale.method);
		findings.push(...checkItem(item, found.question, { range: own, method: scale.method }, itemPath));
		if (own === null || scale.method === "points") continue;
		if (range !== null && (range.min !== own.min || range.max !== own.max)) {
			find(
				["items", n],
				`"${item.question}" goes from ${own.min} to ${own.max}, the items before it from ${range.min} to ${range.max}. Put only items of one range into a scale.`,
			);
		}
		range ??= own;
	}
	return findings;
}

function checkItem(item: ScaleItem, question: QuestionFile, rule: ItemRule, path: Path): Finding[] {
	const at = (field: string, message: string): Finding[] => [{ path: [...path, field], message }];
	const strange = (["option_scores", "rank_scores"] as const).filter(
		(field) => item[field] !== undefined && reportsOf(question).scores_in !== field,
	);
	if (strange[0] !== undefined) {
		return at(
			strange[0],
			`"${item.question}" is of type ${question.type}, which does not count by "${strange[0]}". Remove it.`,
		);
	}
	return serverTypeOf(question).checkInScale(item, question, rule, path);
}
