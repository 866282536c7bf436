import { ESSAY_LIMIT } from "@carhythm/core";
import * as z from "zod/mini";
import { child } from "../findings.ts";
import { ARABIC } from "./adoption.ts";
import { questionInFile } from "./file-parts.ts";
import type { ServerQuestionType } from "./question-type.ts";

const EssayFile = z.strictObject({
	...questionInFile,
	type: z.literal("essay"),
	char_limit: z
		._default(z.nullable(z.int().check(z.minimum(1), z.maximum(ESSAY_LIMIT))), null)
		.check(z.describe("Longest text in characters.")),
});
type EssayFile = z.infer<typeof EssayFile>;

export const essay = {
	type: "essay",
	File: EssayFile,
	short_forms: [],
	checkInFile: () => [],
	complete: (question) => question,
	answersCarryOver: (before, now) =>
		now.char_limit === null || (before.char_limit !== null && before.char_limit <= now.char_limit),
	checkInScale: ({ question }, { type }, _rule, path) => [
		{
			path: [...path, "question"],
			message: `"${question}" is of type ${type}, which has no score. Take it out of the scale.`,
		},
	],
	questionColumns: ({ char_limit }) => ({ essay_char_limit: char_limit }),
	answerColumn: ({ text }) => ({ answer_text: text }),
	onPage: ({ type, char_limit }, fields) => ({ ...fields, type, options: { char_limit } }),
	adoption: {
		readQuestion(row, base) {
			const limit = row.essay_char_limit;
			return { ...base, type: "essay", char_limit: limit && limit > 0 ? Math.min(limit, ESSAY_LIMIT) : null };
		},
		options: () => [],
		counts: "nowhere",
		scaleItem: () => null,
		isInArabic: ({ text }) => ARABIC.test(text),
		chooseAnswer({ id, options }) {
			const limit = child(options, "char_limit");
			const text = `Written by carhythm compare for question ${id}.`;
			return { text: text.slice(0, typeof limit === "number" ? limit : undefined) };
		},
	},
} satisfies ServerQuestionType<"essay", EssayFile>;
