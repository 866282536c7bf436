import {
	itemRange,
	type Scale,
	type ScaleItem,
	type ScaleMethod,
	type ScoreRange,
	type Scoring,
	unreachable,
} from "@carhythm/core";
import { counted } from "../counted.ts";
import { type FoundQuestion, repeated } from "./check-assessment.ts";
import type { QuestionFile } from "./file.ts";
import type { Finding, Path } from "./problem.ts";

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

type ItemRule = { range: ScoreRange | null; method: ScaleMethod };

function checkItem(item: ScaleItem, question: QuestionFile, rule: ItemRule, path: Path): Finding[] {
	const at = (field: string, message: string): Finding[] => [{ path: [...path, field], message }];
	const strange = (["option_scores", "rank_scores"] as const).filter(
		(field) => item[field] !== undefined && SCORES_OF[question.type] !== field,
	);
	if (strange[0] !== undefined) {
		return at(
			strange[0],
			`"${item.question}" is of type ${question.type}, which does not count by "${strange[0]}". Remove it.`,
		);
	}
	switch (question.type) {
		case "slider":
			return [];
		case "mcq":
			if (question.multiple && rule.method === "mean") {
				return at(
					"question",
					`"${item.question}" takes several choices, so it has no mean. Give the scale the method "points", or take the question out of it.`,
				);
			}
			if (item.option_scores === undefined || rule.range === null) {
				return at(
					"question",
					`"${item.question}" is a choice: say in "option_scores" what each option counts.`,
				);
			}
			return checkOptionScores(item.option_scores, question.choices, rule.range, path);
		case "ordering":
			if (rule.method === "mean") {
				return at(
					"question",
					`"${item.question}" is a ranking, which has no mean. Give the scale the method "points", or take the question out of it.`,
				);
			}
			return checkRankScores(item, question.items, path);
		case "essay":
			return at(
				"question",
				`"${item.question}" is of type ${question.type}, which has no score. Take it out of the scale.`,
			);
		default:
			return unreachable(question);
	}
}

const SCORES_OF: Readonly<Record<QuestionFile["type"], "option_scores" | "rank_scores" | null>> = {
	slider: null,
	mcq: "option_scores",
	ordering: "rank_scores",
	essay: null,
};

function checkRankScores(
	{ question, rank_scores }: ScaleItem,
	items: readonly { text: { en: string } }[],
	path: Path,
): Finding[] {
	if (rank_scores === undefined) {
		return [
			{
				path: [...path, "question"],
				message: `"${question}" is a ranking: say in "rank_scores" which items count, and the points of each place.`,
			},
		];
	}
	const findings: Finding[] = [];
	if (rank_scores.points.length !== items.length) {
		findings.push({
			path: [...path, "rank_scores", "points"],
			message: `"${question}" has ${counted(items.length, "place")}, so "points" needs ${counted(items.length, "number")}, not ${rank_scores.points.length}.`,
		});
	}
	if (rank_scores.items.length === 0) {
		findings.push({
			path: [...path, "rank_scores", "items"],
			message: `"items" needs at least 1 text.`,
		});
	}
	for (const [n, text] of rank_scores.items.entries()) {
		const problem = items.every((item) => item.text.en !== text)
			? `"${question}" has no item "${text}". Write the English text of one of its items.`
			: rank_scores.items.indexOf(text) !== n
				? `"${text}" is named twice. Name each item once.`
				: null;
		if (problem) findings.push({ path: [...path, "rank_scores", "items", n], message: problem });
	}
	return findings;
}

function checkOptionScores(
	scores: Readonly<Record<string, number>>,
	choices: readonly { value: string }[],
	range: ScoreRange,
	path: Path,
): Finding[] {
	const findings: Finding[] = Object.keys(scores)
		.filter((option) => !choices.some(({ value }) => value === option))
		.map((option) => ({
			path: [...path, "option_scores", option],
			on_name: true as const,
			message: `There is no option "${option}" (there: ${choices.map(({ value }) => value).join(", ")}). Correct the name.`,
		}));
	if (range.min === range.max) {
		findings.push({
			path: [...path, "option_scores"],
			message: `"option_scores" needs at least 2 different numbers.`,
		});
	}
	return findings;
}
