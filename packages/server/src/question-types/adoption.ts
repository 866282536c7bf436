import type { LocalizedText, QuestionOf, ScaleItem } from "@carhythm/core";
import type { BothOption, ExistingRow, Findings } from "./existing-rows.ts";

/** A question that is being read: what all types have in common. */
export type QuestionBase = Omit<QuestionOf<"essay">, "type" | "char_limit">;

/** What is known besides the row, and where findings go. */
export type Reading = {
	/** By question: the values of sliders that students gave, and how often. */
	values: ReadonlyMap<number, readonly { value: number; n: number }[]>;
	findings: Findings;
};

/** How a type of the existing product becomes ours. */
export type Adoption<Q, A> = {
	/** A row as a question; null where a conflict says why not. */
	readQuestion(row: ExistingRow, base: QuestionBase, reading: Reading): Q | null;
	/** The options of a row, which may count for domains of their own. */
	options(row: ExistingRow): readonly BothOption[];
	/** In which of the existing product's modules answers count. Interests are one of them. */
	counts: "everywhere" | "for interests" | "nowhere";
	/** The question's part in a scale; null where its answer cannot be a number of this scale. */
	scaleItem(question: Q, row: ExistingRow, scale: { domain: string; isInterest: boolean }): ScaleItem | null;
	/**
	 * Whether the student chose or wrote this in Arabic.
	 * @param question null where the answer is of another type than its question
	 */
	isInArabic(answer: A, question: Q | null): boolean;
	/** The answer by which `carhythm compare` compares two servers: another one for each `by`. */
	chooseAnswer(served: { id: number; by: number; options: unknown }): object;
};

export const ARABIC = /\p{Script=Arabic}/u;

/** Interests are never reversed. */
export function reversed(
	{ reverse_scored }: ExistingRow,
	{ isInterest }: { isInterest: boolean },
): { reverse?: true } {
	return reverse_scored === 1 && !isInterest ? { reverse: true } : {};
}

/** A text in the languages in which a row has it; undefined where it has none. */
export function localizedOf(
	en: string | null | undefined,
	ar: string | null | undefined,
): LocalizedText | undefined {
	if (!en && !ar) return undefined;
	return { en: en || ar || "", ...(ar && { ar }) };
}

/** A property that is there only when it has a value. */
export function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
	return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
