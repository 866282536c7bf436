import type { ScaleItem } from "@carhythm/core";
import * as z from "zod/mini";
import { counted } from "../counted.ts";
import { type Finding, isRecord, type Path, repeated } from "../findings.ts";
import { optionList } from "./columns.ts";
import { type BothOption, type ExistingRow, type Findings, noFindings, readBoth } from "./existing-rows.ts";
import { questionInFile, Text } from "./file-parts.ts";
import { listOf, rotate, sameSet } from "./lists.ts";
import type { ServerQuestionType } from "./question-type.ts";
import { isOnlyText, languages } from "./short-forms.ts";

const OrderingFile = z.strictObject({
	...questionInFile,
	type: z.literal("ordering"),
	items: z.array(z.strictObject({ text: Text })).check(z.minLength(2)),
	randomize: z
		._default(z.boolean(), false)
		.check(z.describe("Show the items in an order of its own for each session.")),
});
type OrderingFile = z.infer<typeof OrderingFile>;

/** Points for the first place of a ranking in the existing product; each further place counts one less. */
const FIRST_PLACE_POINTS = 6;

export const ordering = {
	type: "ordering",
	File: OrderingFile,
	short_forms: [
		{
			noun: "item",
			isUsed: (path, entry) => path.at(-2) === "items" && path.includes("questions") && isOnlyText(entry),
			show: (entry, arabic) => `An item of a ranking has a text: { text: ${languages(entry, arabic)} }.`,
		},
	],
	checkInFile: ({ items }, path) =>
		repeated(
			"text",
			"items, in whatever language",
			items.flatMap(({ text }, n) =>
				// A name may be written alike in both languages; two items may not.
				[...new Set([text.en, text.ar])].map((words) => ({
					path: [...path, "items", n, "text"],
					text: words ?? null,
				})),
			),
		),
	complete: (question) => question,
	// A ranking is stored as texts, so a new wording is a new question.
	answersCarryOver: (before, now) =>
		sameSet(
			before.items.map(({ text }) => JSON.stringify([text.en, text.ar])),
			now.items.map(({ text }) => JSON.stringify([text.en, text.ar])),
		),
	checkInScale: (item, { items }, { method }, path) =>
		method === "mean"
			? [
					{
						path: [...path, "question"],
						message: `"${item.question}" is a ranking, which has no mean. Give the scale the method "points", or take the question out of it.`,
					},
				]
			: checkRankScores(item, items, path),
	questionColumns: ({ items, randomize }) => ({
		ordering_options: optionList(items, ({ text }) => ({ text: text.en })),
		ordering_options_ar: optionList(
			items.filter(({ text }) => text.ar),
			({ text }) => ({ text: text.ar }),
		),
		randomize_order: Number(randomize),
	}),
	answerColumn: ({ ordered_items }) => ({ answer_json: { ordered_items } }),
	onPage({ type, randomize, items }, fields, { text, item_id }) {
		const texts = items.map((item) => ({ text: text(item.text) }));
		return { ...fields, type, options: { items: texts, randomize, item_id } };
	},
	adoption: {
		readQuestion(row, base, { findings }) {
			const options = readOptions(row, findings);
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
		},
		options: optionsOf,
		counts: "for interests",
		scaleItem(question, row, { domain, isInterest }) {
			const items = optionsOf(row).filter((option) => option.domain === domain);
			if (!isInterest || items.length === 0) return null;
			const points = question.items.map((_, place) => FIRST_PLACE_POINTS - place);
			return { question: question.key, rank_scores: { items: items.map(({ text }) => text.en), points } };
		},
		isInArabic: ({ ordered_items }, question) =>
			question?.items.some(
				({ text }) => text.ar !== undefined && text.ar !== text.en && ordered_items.includes(text.ar),
			) ?? false,
		chooseAnswer: ({ by, options }) => ({
			ordered_items: rotate(
				by,
				listOf(options, "items").map((item) => String(isRecord(item) ? item["text"] : item)),
			),
		}),
	},
} satisfies ServerQuestionType<"ordering", OrderingFile>;

function readOptions(row: ExistingRow, findings: Findings): BothOption[] | null {
	return readBoth(row, { en: "ordering_options", ar: "ordering_options_ar" }, findings);
}

function optionsOf(row: ExistingRow): BothOption[] {
	return readOptions(row, noFindings()) ?? [];
}

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
