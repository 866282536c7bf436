import type { Migration } from "../migration.ts";
import { createTable } from "../steps/steps.ts";

/**
 * How many bytes of long values a session's history holds, so that it can be bounded without adding them up
 * for each answer. Short values are bounded by the number of events. What was stored before counts as nothing.
 */
export const sessionSizes: Migration = {
	number: 10,
	name: "session_sizes",
	steps: [
		createTable(
			10,
			"session_sizes",
			`response_id INTEGER NOT NULL PRIMARY KEY REFERENCES student_responses (id),
			value_bytes INTEGER NOT NULL`,
		),
	],
};
