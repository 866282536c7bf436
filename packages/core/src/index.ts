// biome-ignore-all assist/source/organizeImports: in groups, by what the parts are for.
/**
 * The pure rules of the product, for browser and server alike: no clock, no chance, no network. A session is
 * its events; `decide` accepts or refuses one, `apply` gives the state after it, `chooseResume` what a
 * returning student sees.
 *
 * @example
 * const operation = { operation_id, command: { kind: "answer", question_id: 7, answer } };
 * const decision = decide(index, state, operation, { received, at: null, expiry_days: 30 });
 * const after = decision.ok ? apply(index, state, decision.event) : state;
 */

// What is asked: assessments, and a module of rules for each type of question.
export * from "./assessment.ts";
export * from "./picture.ts";
export { ChoiceResult } from "./question-types/choice-result.ts";
export { ESSAY_LIMIT } from "./question-types/essay.ts";
export * from "./question-types/index.ts";
export { ScaleMethod, type ScoreRange } from "./question-types/item-scores.ts";
export { OrderingQuestion, orderingIndexes, presentedOrder } from "./question-types/ordering.ts";
export type { Cell } from "./question-types/question-type.ts";
export { SliderQuestion } from "./question-types/slider.ts";
export * from "./text.ts";

// What is answered: the events of a session, its state, and what is read from it.
export * from "./answer.ts";
export * from "./consent.ts";
export * from "./consent-rules.ts";
export * from "./progress.ts";
export { rhythm } from "./rhythm.ts";
export * from "./session.ts";
export * from "./session-queries.ts";

// Coming back, here and on another device.
export * from "./expiry.ts";
export * from "./hand-off.ts";
export * from "./resume.ts";

// Results.
export { ExistingProfile, emptyExistingProfile, existingProfile } from "./scoring/existing-profile.ts";
export * from "./scoring/profile.ts";
export { scoreSession } from "./scoring/score-session.ts";
export * from "./scoring/scoring.ts";
export { type ScaleWords, wordsOfScales } from "./results/scale-words.ts";
export { clearSide, isScored, secondTryOf } from "./results/second-try.ts";
export { tellResults } from "./results/tell-results.ts";
export { findIdeas, type Idea } from "./occupations/find-ideas.ts";
export { judgeForIdeas } from "./occupations/gate.ts";
export * from "./occupations/occupation.ts";

// What client and server say to each other.
export * from "./contract.ts";
export * from "./contract-hand-off.ts";
export * from "./contract-notice.ts";
export * from "./contract-privacy.ts";
export * from "./contract-rescue.ts";
export * from "./contract-sync.ts";
export * from "./problem-texts.ts";
export * from "./refusal.ts";
export { sessionPage } from "./session-page.ts";

// Small things that all of these are made of.
export * from "./ids.ts";
export * from "./time.ts";
export { unreachable } from "./unreachable.ts";
