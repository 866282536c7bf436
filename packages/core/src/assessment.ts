import * as z from "zod/mini";

/** The languages every student-visible text may exist in. English is always there and is the fallback. */
export const Language = z.enum(["en", "ar"]);
export type Language = z.infer<typeof Language>;

/** One text in every language it exists in. A missing language falls back to English, field by field. */
export const LocalizedText = z.strictObject({ en: z.string(), ar: z.optional(z.string()) });
export type LocalizedText = z.infer<typeof LocalizedText>;

/**
 * A stable name for an item, page, chapter, choice or scale: lower case letters, digits, dots, dashes and
 * underscores.
 */
export const Key = z
	.string()
	.check(
		z.regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, "must be lower-case letters, digits, '.', '_' or '-'"),
		z.maxLength(64),
	);

const questionBase = {
	/** The row in `questions`; the same item keeps its id in later versions of the assessment. */
	id: z.int(),
	key: Key,
	/**
	 * What a database of the existing product calls the item, where that is no key; null where it has no name
	 * for it.
	 */
	item_id: z.optional(z.nullable(z.string())),
	text: LocalizedText,
	required: z.boolean(),
	scene_title: z.optional(LocalizedText),
	scene_narrative: z.optional(LocalizedText),
	scene_image: z.optional(z.string()),
	scene_theme: z.optional(z.string()),
};

/** A number on a scale. With one label per step it is shown as a row of choices, otherwise as a slider. */
export const SliderQuestion = z.strictObject({
	...questionBase,
	type: z.literal("slider"),
	min: z.number(),
	max: z.number(),
	step: z.number(),
	min_label: z.optional(LocalizedText),
	max_label: z.optional(LocalizedText),
	scale_labels: z.array(LocalizedText),
});

export const McqQuestion = z.strictObject({
	...questionBase,
	type: z.literal("mcq"),
	multiple: z.boolean(),
	choices: z.array(z.strictObject({ value: z.string(), label: LocalizedText })),
});

export const OrderingQuestion = z.strictObject({
	...questionBase,
	type: z.literal("ordering"),
	items: z.array(z.strictObject({ text: LocalizedText })),
	/** Shown in an order of its own for each session; see `presentedOrder`. */
	randomize: z.boolean(),
});

export const EssayQuestion = z.strictObject({
	...questionBase,
	type: z.literal("essay"),
	/** Longest accepted text in Unicode code points; null means no limit but the server's. */
	char_limit: z.nullable(z.int()),
});

export const Question = z.discriminatedUnion("type", [
	SliderQuestion,
	McqQuestion,
	OrderingQuestion,
	EssayQuestion,
]);
export type Question = z.infer<typeof Question>;
export type SliderQuestion = z.infer<typeof SliderQuestion>;
export type McqQuestion = z.infer<typeof McqQuestion>;
export type OrderingQuestion = z.infer<typeof OrderingQuestion>;
export type EssayQuestion = z.infer<typeof EssayQuestion>;

export const Page = z.strictObject({
	/** The row in `pages`. */
	id: z.int(),
	key: Key,
	title: LocalizedText,
	description: z.optional(LocalizedText),
	questions: z.array(Question),
});
export type Page = z.infer<typeof Page>;

export const Chapter = z.strictObject({
	key: Key,
	/** What the API calls the module's name. */
	title: LocalizedText,
	description: z.optional(LocalizedText),
	/** Shown before the chapter's first question: how to answer. */
	instruction: z.optional(LocalizedText),
	completion_message: z.optional(LocalizedText),
	emoji: z.optional(z.string()),
	estimated_minutes: z.number(),
	color_primary: z.optional(z.string()),
	color_secondary: z.optional(z.string()),
	pages: z.array(Page),
});
export type Chapter = z.infer<typeof Chapter>;

/** The key of the assessment that the own content of an adopted database becomes. */
export const ADOPTED_KEY = "adopted";

/**
 * One immutable version of an assessment, as the browser gets it. Scoring keys are not part of it: they are stored
 * apart and never leave the server. Each session is pinned to one version.
 */
export const Assessment = z.strictObject({
	key: Key,
	/** 1, 2, 3 … within the key. */
	version: z.int(),
	title: LocalizedText,
	description: z.optional(LocalizedText),
	estimated_minutes: z.number(),
	/** What a student should know before starting, for example that a translation is not validated. */
	notices: z.array(LocalizedText),
	/** Sources and licences of the texts; licences ask that students can see them. */
	attribution: z.optional(z.array(LocalizedText)),
	chapters: z.array(Chapter),
});
export type Assessment = z.infer<typeof Assessment>;

/** Where a question stands in its assessment. Indexes count from 0. */
export type IndexedQuestion = {
	question: Question;
	page: Page;
	chapter: Chapter;
	/** Position among all questions of the assessment. */
	index: number;
	page_index: number;
	chapter_index: number;
};

/**
 * An assessment with its questions laid out in order and findable by id. Build it once per version with
 * {@link indexAssessment}.
 */
export type AssessmentIndex = {
	assessment: Assessment;
	places: readonly IndexedQuestion[];
	by_question: ReadonlyMap<number, IndexedQuestion>;
	pages: ReadonlyMap<number, Page>;
};

/** Lays out the questions of an assessment in the order in which they are asked. */
export function indexAssessment(assessment: Assessment): AssessmentIndex {
	const places: IndexedQuestion[] = [];
	const pages = new Map<number, Page>();
	for (const [chapter_index, chapter] of assessment.chapters.entries()) {
		for (const page of chapter.pages) {
			const page_index = pages.size;
			pages.set(page.id, page);
			for (const question of page.questions) {
				places.push({ question, page, chapter, index: places.length, page_index, chapter_index });
			}
		}
	}
	return { assessment, places, by_question: new Map(places.map((p) => [p.question.id, p])), pages };
}

/** The text in the wanted language, or in English where it is missing or empty. */
export function inLanguage(text: LocalizedText, language: Language): string {
	return text[language] || text.en;
}

/** The language meant by a client; anything unknown means English. */
export function parseLanguage(value: unknown): Language {
	const parsed = Language.safeParse(value);
	return parsed.success ? parsed.data : "en";
}
