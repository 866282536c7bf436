import type { Instant } from "@carhythm/core";
import { sql } from "kysely";
import { createAssessmentStore } from "./assessments.ts";
import type { Database } from "./dialect.ts";
import { createFeedbackStore } from "./feedback.ts";
import { createScoreStore } from "./scores.ts";
import { createSessionStore } from "./sessions.ts";
import type { Store } from "./store.ts";

/** Everything that the HTTP side asks of one open database. Closing the store closes the database. */
export function createStore(
	database: Database,
	means: {
		now: () => Instant;
		randomBytes: (count: number) => Uint8Array;
		expiry_days: number;
		onGroup?: (size: number) => void;
	},
): Store {
	const assessments = createAssessmentStore(database);
	return {
		assessments,
		sessions: createSessionStore(database, { ...means, assessments }),
		scores: createScoreStore(database),
		feedback: createFeedbackStore(database),
		async ping() {
			// Through the connection that writes: it is the one whose loss matters.
			await sql`select 1`.execute(database.db);
		},
		close: () => database.close(),
	};
}
