import type { ConsentNeed, Instant } from "@carhythm/core";
import { sql } from "kysely";
import { createConsentStore } from "./consents/consents.ts";
import { createAssessmentStore } from "./content/assessments.ts";
import type { Database } from "./dialect.ts";
import { createErasureRequestStore } from "./erasures/requests.ts";
import { missingPurgeGrants, requireServable } from "./postgres/rights.ts";
import { createFeedbackStore } from "./results/feedback.ts";
import { createScoreStore } from "./results/scores.ts";
import { exportSession } from "./sessions/export-session.ts";
import { observedSessions, type StoreObserver } from "./sessions/observer.ts";
import { createSessionNotifier } from "./sessions/session-notifier.ts";
import { createSessionStore } from "./sessions/session-store.ts";
import type { Store } from "./store.ts";
import type { HistoryBounds } from "./writes/history-bounds.ts";

/** Everything that the HTTP side asks of one open database. Closing the store closes the database. */
export function createStore(
	database: Database,
	deps: {
		now: () => Instant;
		randomBytes: (count: number) => Uint8Array;
		expiry_days: number;
		/** For how many days after its end a session's id still opens it; absent: for ever. */
		secret_days?: number;
		/** What has to be declared before an answer is taken; absent: nothing. */
		consent_need?: ConsentNeed;
		bounds?: HistoryBounds;
		observer?: StoreObserver;
		hash_cost?: number;
	},
): Store {
	const assessments = createAssessmentStore(database);
	const notifier = createSessionNotifier(database.changeFeed);
	const { observer } = deps;
	const sessions = createSessionStore(database, { ...deps, assessments, onChanged: notifier.tell });
	return {
		assessments,
		sessions: observer ? observedSessions(sessions, observer, deps.now) : sessions,
		scores: createScoreStore(database),
		feedback: createFeedbackStore(database),
		notifier,
		consents: createConsentStore(database, { now: deps.now, onChanged: notifier.tell }),
		erasures: createErasureRequestStore(database, { now: deps.now, onChanged: notifier.tell }),
		exportSession: (session_id) => exportSession(database, assessments, { session_id }, deps.now()),
		async ping() {
			// Through the connection that writes: it is the one whose loss matters.
			await sql`select 1`.execute(database.db);
			await requireServable(database);
			return { may_purge: (await missingPurgeGrants(database)).length === 0 };
		},
		async close() {
			notifier.close();
			await database.close();
		},
	};
}
