import { Key, type ScaleItem, type ScoreRange } from "@carhythm/core";
import * as z from "zod/mini";
import { child, type Finding, isRecord, type Path, repeated } from "../findings.ts";
import { reversed } from "./adoption.ts";
import { optionList } from "./columns.ts";
import { type BothOption, type ExistingRow, type Findings, noFindings, readBoth } from "./existing-rows.ts";
import { questionInFile, Text } from "./file-parts.ts";
import { listOf, rotate, sameSet } from "./lists.ts";
import type { ServerQuestionType } from "./question-type.ts";
import { isOnlyText, keyFrom, languages, plain } from "./short-forms.ts";

const McqFile = z.strictObject({
	...questionInFile,
	type: z.literal("mcq"),
	multiple: z._default(z.boolean(), false).check(z.describe("Whether several choices may be selected.")),
	choices: z.array(z.strictObject({ value: Key, label: Text })).check(z.minLength(2)),
});
type McqFile = z.infer<typeof McqFile>;

/** Points for a chosen option, whatever its `score_value` says: the existing product counts so. */
const OPTION_POINTS = 3;

export const mcq = {
	type: "mcq",
	File: McqFile,
	short_forms: [
		{
			noun: "choice",
			isUsed: (path, entry) => path.at(-2) === "choices" && isOnlyText(entry),
			show(entry, arabic) {
				const value = isRecord(entry) && typeof entry["value"] === "string" ? entry["value"] : keyFrom(entry);
				return `A choice has a value and a label: { value: ${plain(value)}, label: ${languages(entry, arabic)} }.`;
			},
		},
	],
	checkInFile: ({ choices }, path) =>
		repeated(
			"value",
			"choices",
			choices.map(({ value }, n) => ({ path: [...path, "choices", n, "value"], text: value })),
		),
	complete: (question) => question,
	answersCarryOver: (before, now) =>
		before.multiple === now.multiple &&
		sameSet(
			before.choices.map(({ value }) => value),
			now.choices.map(({ value }) => value),
		),
	checkInScale(item, { multiple, choices }, { range, method }, path) {
		const say = (message: string): Finding[] => [{ path: [...path, "question"], message }];
		if (multiple && method === "mean") {
			return say(
				`"${item.question}" takes several choices, so it has no mean. Give the scale the method "points", or take the question out of it.`,
			);
		}
		if (item.option_scores === undefined || range === null) {
			return say(`"${item.question}" is a choice: say in "option_scores" what each option counts.`);
		}
		return checkOptionScores(item.option_scores, choices, range, path);
	},
	questionColumns: ({ multiple, choices }) => ({
		allow_multiple_selection: Number(multiple),
		mcq_options: optionList(choices, ({ label, value }) => ({ label: label.en, value })),
		mcq_options_ar: optionList(
			choices.filter(({ label }) => label.ar),
			({ label, value }) => ({ label: label.ar, value }),
		),
	}),
	answerColumn: ({ selected_options }) => ({ answer_json: { selected_options } }),
	onPage({ type, multiple, choices }, fields, { text, item_id }) {
		const options = choices.map(({ label, value }) => ({ label: text(label), value }));
		return { ...fields, type, options: { choices: options, multiple, item_id } };
	},
	adoption: {
		readQuestion(row, base, { findings }) {
			const options = readOptions(row, findings);
			if (!options) return null;
			const choices = options.map(({ text, value }) => ({ value, label: text }));
			return { ...base, type: "mcq", multiple: row.allow_multiple_selection === 1, choices };
		},
		options: optionsOf,
		counts: "for interests",
		scaleItem({ key }, row, scale) {
			const options = optionsOf(row).filter((option) => (option.domain ?? row.domain) === scale.domain);
			const scores = options.map(
				({ value, score }) => [value, scale.isInterest ? OPTION_POINTS : score] as const,
			);
			const option_scores = Object.fromEntries(
				scores.flatMap(([value, score]) => (score === null ? [] : [[value, score]])),
			);
			return Object.keys(option_scores).length > 0
				? { question: key, ...reversed(row, scale), option_scores }
				: null;
		},
		isInArabic: () => false,
		// One option, or two where several may be chosen.
		chooseAnswer({ by, options }) {
			const values = listOf(options, "choices").map((choice) =>
				String(isRecord(choice) ? choice["value"] : choice),
			);
			return { selected_options: rotate(by, values).slice(0, child(options, "multiple") === true ? 2 : 1) };
		},
	},
} satisfies ServerQuestionType<"mcq", McqFile>;

function readOptions(row: ExistingRow, findings: Findings): BothOption[] | null {
	return readBoth(row, { en: "mcq_options", ar: "mcq_options_ar" }, findings);
}

function optionsOf(row: ExistingRow): BothOption[] {
	return readOptions(row, noFindings()) ?? [];
}

function checkOptionScores(
	scores: NonNullable<ScaleItem["option_scores"]>,
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
