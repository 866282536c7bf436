import { type Cell, type LocalizedText, type Question, reportsOf, type Scoring } from "@carhythm/core";
import type { AssessmentVersion } from "../../db/store.ts";
import { scoreRow } from "./export-scores.ts";
import { columnOf, type ExportTable } from "./export-table.ts";

export const CODEBOOK_COLUMNS = [
	"assessment",
	"column",
	"text_en",
	"text_ar",
	"type",
	"options_en",
	"options_ar",
	"scales",
	"reverse_keyed_in",
	"versions",
];

/**
 * Describes an export: first its columns, then each question with its wording in the newest version that asks
 * it, what its values mean, the scales it counts for, and those in which it counts the other way round. The
 * columns of results come last.
 */
export function codebook(
	{ columns, scores }: Pick<ExportTable, "columns" | "scores">,
	versions: readonly AssessmentVersion[],
): Cell[][] {
	const described = columns.filter(({ meaning }) => meaning !== "");
	const rows: Cell[][] = described.map(({ name, meaning }) => [null, name, meaning, ...Array(7).fill(null)]);
	const byAssessment = Map.groupBy(versions, ({ index }) => index.assessment.key);
	for (const [assessment, ofOne] of byAssessment) {
		const seen = new Set<string>();
		for (const { index, scoring } of ofOne) {
			for (const { question } of index.places) {
				if (seen.has(question.key)) continue;
				seen.add(question.key);
				rows.push(questionRow(assessment, question, scoring, versionsAsking(ofOne, question.key)));
			}
		}
	}
	return [...rows, ...scores.map(scoreRow)];
}

function questionRow(
	assessment: string,
	question: Question,
	scoring: Scoring | null,
	versions: readonly number[],
): Cell[] {
	const { key, text, type } = question;
	const scales = (scoring?.scales ?? []).filter(({ items }) => items.some((item) => item.question === key));
	const reversed = scales.filter(({ items }) => items.some((item) => item.question === key && item.reverse));
	return [
		assessment,
		columnOf(key),
		text.en,
		text.ar ?? null,
		type,
		options(question, ({ en }) => en),
		options(question, ({ en, ar }) => ar ?? en),
		scales.map((scale) => scale.key),
		reversed.map((scale) => scale.key),
		versions,
	];
}

function versionsAsking(versions: readonly AssessmentVersion[], key: string): number[] {
	return versions
		.filter(({ index }) => index.places.some(({ question }) => question.key === key))
		.map(({ index }) => index.assessment.version)
		.sort((a, b) => a - b);
}

function options(question: Question, words: (text: LocalizedText) => string): Cell {
	return reportsOf(question).valuesMeaning(question, words);
}
