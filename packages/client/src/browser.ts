/**
 * The engine and what a page asks of a session, for `dist/browser/carhythm.js`: one file that a page imports
 * without a build.
 */
export {
	answerTo,
	chapterProgress,
	conflictedQuestions,
	draftOf,
	inLanguage,
	minutesLeft,
	presentedOrder,
	resumeIndex,
	sessionProgress,
	unanswered,
} from "@carhythm/core";
export * from "./index.ts";
