/** The schema library, for the packages that parse at edges of their own and import nothing but core. */
export * as z from "zod/mini";
export * from "./answer.ts";
export * from "./assessment.ts";
export * from "./contract.ts";
export * from "./contract-hand-off.ts";
export * from "./contract-rescue.ts";
export * from "./contract-sync.ts";
export * from "./hand-off.ts";
export * from "./ids.ts";
export * from "./presentation.ts";
export * from "./progress.ts";
export { ChoiceResult } from "./question-types/choice-result.ts";
export { ESSAY_LIMIT } from "./question-types/essay.ts";
export * from "./question-types/index.ts";
export { ScaleMethod, type ScoreRange } from "./question-types/item-scores.ts";
export {
	OrderingQuestion,
	orderingIndexes,
	presentedOrder,
} from "./question-types/ordering.ts";
export type { Cell } from "./question-types/question-type.ts";
export { SliderQuestion } from "./question-types/slider.ts";
export * from "./refusal.ts";
export * from "./resume.ts";
export { ExistingProfile, emptyExistingProfile, existingProfile } from "./scoring/existing-profile.ts";
export * from "./scoring/profile.ts";
export { scoreSession } from "./scoring/score-session.ts";
export * from "./scoring/scoring.ts";
export * from "./session.ts";
export * from "./session-view.ts";
export * from "./text.ts";
export * from "./time.ts";
export { unreachable } from "./unreachable.ts";
