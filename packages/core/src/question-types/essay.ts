import * as z from "#schema";
import { type Refusal, refuse } from "../refusal.ts";
import { countCharacters, StorableText } from "../text.ts";
import { onPage, type QuestionReports, type QuestionRules, questionBase } from "./question-type.ts";

/** Longest essay in code points where the question itself sets no limit. */
export const ESSAY_LIMIT = 20_000;

/** A text of the student's own. */
export const EssayQuestion = z.strictObject({
	...questionBase,
	type: z.literal("essay"),
	/** Longest accepted text in Unicode code points; null means no limit but the server's. */
	char_limit: z.nullable(z.int()),
});
export type EssayQuestion = z.infer<typeof EssayQuestion>;

export const EssayAnswer = z.object({ type: z.literal("essay"), text: StorableText });
export type EssayAnswer = z.infer<typeof EssayAnswer>;

export const essay = {
	type: "essay",
	Question: EssayQuestion,
	Answer: EssayAnswer,
	check: ({ char_limit }, { text }) =>
		text.trim() === ""
			? refuse("answer_empty", "Write something, or leave the question for later.")
			: refuseLonger(text, char_limit ?? ESSAY_LIMIT),
	// A draft may be longer than its question allows, and not longer than the server keeps.
	checkDraft: (_question, { text }) => refuseLonger(text, ESSAY_LIMIT),
	comparable: ({ text }) => text,
	isEmpty: ({ text }) => text.trim() === "",
	typedText: ({ text }) => text,
} satisfies QuestionRules<"essay", EssayQuestion, EssayAnswer>;

export const essayReports = {
	type: "essay",
	OnPage: onPage("essay", z.object({ char_limit: z.nullable(z.int()) })),
	scores_in: null,
	scoreRange: (_question: object) => null,
	score: () => undefined,
	chosen: null,
	value_meaning: "the text",
	valueCell: ({ text }) => text,
	labelCell: () => null,
	valuesMeaning: ({ char_limit }) => (char_limit === null ? null : `at most ${char_limit} characters`),
} satisfies QuestionReports<"essay", EssayQuestion, EssayAnswer>;

function refuseLonger(text: string, limit: number): Refusal | null {
	return countCharacters(text) > limit
		? refuse("answer_too_long", `Shorten the text to ${limit} characters.`)
		: null;
}
