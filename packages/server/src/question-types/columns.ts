/** The columns of `questions` that belong to single types. */
export type TypeColumns = {
	scale_labels: string | null;
	slider_min_label: string | null;
	slider_min_label_ar: string | null;
	slider_max_label: string | null;
	slider_max_label_ar: string | null;
	allow_multiple_selection: number | null;
	mcq_options: string | null;
	mcq_options_ar: string | null;
	ordering_options: string | null;
	ordering_options_ar: string | null;
	randomize_order: number | null;
	essay_char_limit: number | null;
};

/** What a question of a type without any of them has there. */
export const NO_TYPE_COLUMNS: TypeColumns = {
	scale_labels: null,
	slider_min_label: null,
	slider_min_label_ar: null,
	slider_max_label: null,
	slider_max_label_ar: null,
	allow_multiple_selection: null,
	mcq_options: null,
	mcq_options_ar: null,
	ordering_options: null,
	ordering_options_ar: null,
	randomize_order: null,
	essay_char_limit: null,
};

/** The columns of `question_answers` that hold an answer: one of them has a value. */
export type AnswerColumns = {
	answer_text: string | null;
	answer_value: number | null;
	answer_json: string | null;
};

/**
 * Only what is in `answer_json` names its type, so the other two columns belong to one type each: an answer of a
 * further type that was stored there would be read as one of these.
 */
export const TYPES_WITH_COLUMN = { slider: "answer_value", essay: "answer_text" } as const;

/** The column that an answer of a type goes to, and what is stored there. */
export type StoredAnswer<T> = T extends keyof typeof TYPES_WITH_COLUMN
	? { [C in (typeof TYPES_WITH_COLUMN)[T]]: NonNullable<AnswerColumns[C]> }
	: { answer_json: object };

/** A list of options in one language as the existing product stores it; null for none. */
export function optionList<O>(options: readonly O[], shape: (option: O) => object): string | null {
	return options.length > 0 ? JSON.stringify(options.map(shape)) : null;
}
