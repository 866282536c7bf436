import * as z from "#schema";
import { Key, LocalizedText } from "../text.ts";

const McqChoice = z.strictObject({
	type: z.literal("mcq"),
	question: Key,
	text: LocalizedText,
	multiple: z.boolean(),
	/** In the order of the question's choices. */
	selected: z.array(z.strictObject({ value: z.string(), label: LocalizedText })),
});

const OrderingChoice = z.strictObject({
	type: z.literal("ordering"),
	question: Key,
	text: LocalizedText,
	/** The student's first place first. */
	ranked: z.array(LocalizedText),
});

/**
 * A choice or ranking as the student gave it; it enters no scale. The schemas are not in the modules of their
 * types, because only the page of results parses them: the first load would grow.
 */
export const ChoiceResult = z.discriminatedUnion("type", [McqChoice, OrderingChoice]);
export type ChoiceResult = z.infer<typeof ChoiceResult>;
