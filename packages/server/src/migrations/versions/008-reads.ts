import type { Migration } from "../migration.ts";
import { createIndex } from "../steps/steps.ts";

const ANSWERS = "kind IN ('answer', 'clear')";

/**
 * What stands on a question is found without its history: events that came late or were superseded on
 * arrival, and clears among answers, are stepped over by the thousand in `idx_session_events_answers`.
 */
export const reads: Migration = {
	number: 8,
	name: "reads",
	steps: [
		createIndex(
			"idx_session_events_applied",
			"session_events",
			["response_id", "question_id", "kind", "at", "operation_id"],
			{ where: `${ANSWERS} AND outcome = 'applied'` },
		),
		createIndex(
			"idx_session_events_superseded",
			"session_events",
			["response_id", "question_id", "kind", "revision"],
			{ where: `${ANSWERS} AND outcome = 'superseded'` },
		),
	],
};
