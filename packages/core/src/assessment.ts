import * as z from "#schema";
import { storedTypeName } from "./answer.ts";
import { Question } from "./question-types/index.ts";
import { Key, LocalizedText } from "./text.ts";

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

/**
 * A version of an assessment as it was stored, in JSON.
 * @throws Error where it is none. A question of a type that this version does not know is told as such
 */
export function readStoredAssessment(stored: unknown): Assessment {
	const read = Assessment.safeParse(stored);
	if (read.success) return read.data;
	for (const { path } of read.error.issues) {
		if (path.at(-3) === "questions" && path.at(-1) === "type") {
			storedTypeName(path.reduce(step, stored), "question");
		}
	}
	throw read.error;
}

function step(value: unknown, name: PropertyKey): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
