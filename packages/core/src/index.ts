/** The schema library, for the packages that parse at edges of their own and import nothing but core. */
export * as z from "zod/mini";
export * from "./answer.ts";
export * from "./assessment.ts";
export * from "./contract.ts";
export * from "./ids.ts";
export * from "./presentation.ts";
export * from "./progress.ts";
export * from "./refusal.ts";
export * from "./resume.ts";
export * from "./scoring/profile.ts";
export { scoreSession } from "./scoring/score-session.ts";
export * from "./scoring/scoring.ts";
export * from "./session.ts";
export * from "./session-view.ts";
export * from "./time.ts";
export { unreachable } from "./unreachable.ts";
