import {
	type AnswerOf,
	QUESTION_TYPE_NAMES,
	type QuestionOf,
	type QuestionTypeName,
	schemasOf,
} from "@carhythm/core";
import * as z from "zod/mini";
import type { Adoption } from "./adoption.ts";
import { essay } from "./essay.ts";
import { mcq } from "./mcq.ts";
import { ordering } from "./ordering.ts";
import type { ServerQuestionType } from "./question-type.ts";
import { slider } from "./slider.ts";

const types = { slider, mcq, ordering, essay } satisfies {
	[T in QuestionTypeName]: { type: T; File: z.ZodMiniType };
};

type FileOf<T> = T extends keyof typeof types ? z.output<(typeof types)[T]["File"]> : never;
type ServerType<T extends QuestionTypeName> = ServerQuestionType<T, FileOf<T>>;

/** What the server knows of every question type. */
const SERVER_TYPES: { readonly [T in QuestionTypeName]: ServerType<T> } = types;

/** A question in an assessment file. */
export const QuestionFile = z.discriminatedUnion("type", schemasOf(types, "File"));
export type QuestionFile = FileOf<QuestionTypeName>;

/**
 * What the server knows of the type of a question or an answer. Where the type is not known, the compiler lets
 * any question meet any answer: compare their types before.
 */
export function serverTypeOf<T extends QuestionTypeName>({ type }: { type: T }): ServerType<T> {
	return SERVER_TYPES[type];
}

/** All short forms in which people write the parts of questions. */
export const SHORT_FORMS = Object.values(SERVER_TYPES).flatMap(({ short_forms }) => short_forms);

/** The types that the existing product has. */
export const ADOPTED_TYPES = QUESTION_TYPE_NAMES.filter((name) => SERVER_TYPES[name].adoption !== null);

/** How the type of a row of the existing product becomes ours; null where there is none of that name. */
export function adoptionOf(
	existing_type: string,
): Adoption<QuestionOf<QuestionTypeName>, AnswerOf<QuestionTypeName>> | null {
	const name = ADOPTED_TYPES.find((known) => known === existing_type);
	return name ? SERVER_TYPES[name].adoption : null;
}
