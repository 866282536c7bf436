import type {
	AnswerOf,
	LocalizedText,
	QuestionOf,
	QuestionOnPage,
	QuestionTypeName,
	ScaleItem,
	ScaleMethod,
	ScoreRange,
} from "@carhythm/core";
import type * as z from "zod/mini";
import type { Finding, Path } from "../findings.ts";
import type { Adoption } from "./adoption.ts";
import type { StoredAnswer, TypeColumns } from "./columns.ts";
import type { ShortForm } from "./short-forms.ts";

type WithoutId<Q> = Q extends unknown ? Omit<Q, "id"> : never;

/** A question as `GET /questions` gives it. */
type OnPage<T> = Extract<z.infer<typeof QuestionOnPage>, { type: T }>;

/** Gives a text in the language that was asked for. */
export type Localizer = {
	(text: LocalizedText): string;
	(text: LocalizedText | undefined): string | null;
};

/** Of an item in a scale: the range of its score, null where it has none, and how the scale is made. */
export type ItemRule = { range: ScoreRange | null; method: ScaleMethod };

/**
 * What the server must know of a question type.
 * @template F the question in an assessment file
 */
export type ServerQuestionType<T extends QuestionTypeName, F> = {
	type: T;
	File: z.ZodMiniType<F>;
	/** Shorter forms that people write in a file instead. */
	short_forms: readonly ShortForm[];
	/** What the schema of a file cannot say. `file` is all of it, and may have mistakes elsewhere. */
	checkInFile(question: F, path: Path, file: unknown): Finding[];
	/** A question of a file as it is stored. */
	complete(
		question: F,
		scale_label_sets: Readonly<Record<string, LocalizedText[]>>,
	): WithoutId<QuestionOf<T>>;
	/** Whether every answer that fitted the question before fits it still and means the same. */
	answersCarryOver(before: QuestionOf<T>, now: QuestionOf<T>): boolean;
	/** What is wrong with the question's part in a scale. */
	checkInScale(item: ScaleItem, question: F, rule: ItemRule, path: Path): Finding[];
	/** The columns of `questions` that belong to this type. */
	questionColumns(question: QuestionOf<T>): Partial<TypeColumns>;
	/** The column of `question_answers` that holds the answer. */
	answerColumn(answer: AnswerOf<T>): StoredAnswer<T>;
	/** The question in `GET /questions`, after the fields that all types have. */
	onPage(
		question: QuestionOf<T>,
		fields: Omit<OnPage<T>, "type" | "options">,
		words: { text: Localizer; item_id: string | null },
	): OnPage<T>;
	/** Null for a type that the existing product does not have. */
	adoption: Adoption<QuestionOf<T>, AnswerOf<T>> | null;
};
