import type { QuestionTypeName } from "@carhythm/core";
import { essay } from "./essay.ts";
import { mcq } from "./mcq.ts";
import { ordering } from "./ordering.ts";
import type { PageObject } from "./page-object.ts";
import { slider } from "./slider.ts";

const objects = { slider, mcq, ordering, essay } satisfies { [T in QuestionTypeName]: { type: T } };

type AskedOf<T> = T extends keyof typeof objects ? Parameters<(typeof objects)[T]["putIn"]>[2] : never;
type ObjectOf<T extends QuestionTypeName> = PageObject<T, AskedOf<T>>;

/** A question as someone who has read the questionnaire knows it. */
export type Asked = AskedOf<QuestionTypeName>;

const PAGE_OBJECTS: { readonly [T in QuestionTypeName]: ObjectOf<T> } = objects;

/** The page object for a question's type. The compiler lets any answer meet it: compare the types before. */
export function pageObjectOf<T extends QuestionTypeName>({ type }: { type: T }): ObjectOf<T> {
	return PAGE_OBJECTS[type];
}
