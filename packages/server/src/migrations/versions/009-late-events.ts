import type { Migration } from "../migration.ts";
import { createIndex } from "../steps/steps.ts";

/** Late events are found without reading the whole history of their session: few sessions have any. */
export const lateEvents: Migration = {
	number: 9,
	name: "late_events",
	steps: [
		createIndex("idx_session_events_late", "session_events", ["response_id"], { where: "outcome = 'late'" }),
	],
};
