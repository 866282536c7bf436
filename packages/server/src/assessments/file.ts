import { Key, Language, Scoring, StorableText } from "@carhythm/core";
import * as z from "zod/mini";
import { Label, localized, Text } from "../question-types/file-parts.ts";
import { QuestionFile } from "../question-types/index.ts";

/**
 * The format of an assessment file, JSON or YAML: core's `Assessment` as a person writes it. Items have keys
 * instead of ids, and what is usual may be left out. `content/assessment.schema.json` is made from this.
 */

const PageFile = z.strictObject({
	key: Key,
	title: localized(200),
	description: z.optional(Text),
	questions: z.array(QuestionFile).check(z.minLength(1)),
});

const Colour = z.string().check(z.regex(/^#[0-9a-fA-F]{6}$/, "must be a colour such as #5b2a86"));

const ChapterFile = z.strictObject({
	key: Key,
	title: localized(100),
	description: z.optional(Text),
	instruction: z.optional(Text),
	completion_message: z.optional(Text),
	emoji: z.optional(StorableText.check(z.maxLength(10))),
	estimated_minutes: z.int().check(z.minimum(1)),
	color_primary: z.optional(Colour),
	color_secondary: z.optional(Colour),
	pages: z.array(PageFile).check(z.minLength(1)),
});

const Attribution = z.pipe(
	z.union([StorableText.check(z.regex(/\S/, "must not be empty")), Text]),
	z.transform((entry) => (typeof entry === "string" ? { en: entry } : entry)),
);

/**
 * What a person may write of a scoring key: the parts of the existing product's profile come from a database
 * taken over.
 */
const WrittenScoring = z.omit(Scoring, { existing_profile: true });

export const AssessmentFile = z.strictObject({
	$schema: z.optional(z.string()),
	key: Key,
	languages: z
		.array(Language)
		.check(
			z.minLength(1),
			z.describe("Languages in which every text of this file exists. English is one of them."),
		),
	title: localized(200),
	description: z.optional(Text),
	estimated_minutes: z.int().check(z.minimum(1)),
	notices: z._default(z.array(Text), []).check(z.describe("What a student should know before starting.")),
	attribution: z
		._default(z.array(Attribution), [])
		.check(z.describe("Sources and licences of the texts, shown to students.")),
	scale_label_sets: z
		._default(z.record(Key, z.array(Label)), {})
		.check(z.describe("Labels that several sliders share, by name.")),
	scoring: z
		.optional(
			z.union([
				z.string().check(z.regex(/^[^/\\]+\.(json|ya?ml)$/, "must be a file beside this one")),
				WrittenScoring,
			]),
		)
		.check(z.describe("The scoring key, or the name of the file beside this one that holds it.")),
	chapters: z.array(ChapterFile).check(z.minLength(1)),
});
export type AssessmentFile = z.infer<typeof AssessmentFile>;

/** The format of a scoring key in a file of its own. */
export const ScoringFile = z.extend(WrittenScoring, { $schema: z.optional(z.string()) });

/** The name of every field that an assessment or its scoring may have. */
export function fieldNames(): ReadonlySet<string> {
	const names = new Set<string>();
	const collect = (part: unknown): void => {
		if (typeof part !== "object" || part === null) return;
		const { properties } = part as { properties?: object };
		for (const name of Object.keys(properties ?? {})) names.add(name);
		for (const inner of Object.values(part)) collect(inner);
	};
	collect(z.toJSONSchema(AssessmentFile, { io: "input" }));
	return names;
}
