import { Key, PICTURE_ADDRESS, StorableText } from "@carhythm/core";
import * as z from "zod/mini";

// What the types of questions have in common in an assessment file.

const LONG = 20_000;

/** A text of limited length in each language. The limits are those of the database columns the text goes to. */
export function localized(longest: number) {
	const Words = StorableText.check(z.regex(/\S/, "must not be empty"), z.maxLength(longest));
	return z.strictObject({ en: Words, ar: z.optional(Words) });
}

export const Text = localized(LONG);
export const Label = localized(100);

const QuestionKey = Key.check(
	z.maxLength(20),
	z.describe("Names the item for good: answers, scoring and exports refer to it."),
);

const Picture = StorableText.check(
	z.minLength(1, { abort: true }),
	z.maxLength(500),
	z.regex(PICTURE_ADDRESS, "must be an address within this site, such as /scenes/door.png"),
);

/** The fields of every question in a file. */
export const questionInFile = {
	key: QuestionKey,
	text: Text,
	required: z
		._default(z.boolean(), true)
		.check(z.describe("Whether an unanswered question is pointed out before the end.")),
	scene_title: z.optional(localized(200)),
	scene_narrative: z.optional(Text),
	scene_image: z.optional(Picture),
	scene_theme: z.optional(StorableText.check(z.minLength(1), z.maxLength(50))),
};
