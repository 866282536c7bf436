import { sql } from "kysely";
import type { Database } from "./dialect.ts";
import { inTransaction } from "./in-transaction.ts";
import type { FeedbackStore } from "./store.ts";

/** What students say about the assessment: one row a session. */
export function createFeedbackStore(database: Database): FeedbackStore {
	const { dialect } = database;
	return {
		save: (session_id, feedback) =>
			inTransaction(database, async (tx) => {
				await dialect.lockSessions(tx, "session_id", [session_id]);
				const row = {
					...feedback,
					would_recommend: feedback.would_recommend === null ? null : Number(feedback.would_recommend),
				};
				const stored = await tx
					.selectFrom("feedbacks")
					.select(["id", "created_at"])
					.where("session_id", "=", session_id)
					.orderBy("id", "desc")
					.executeTakeFirst();
				if (stored) {
					await tx.updateTable("feedbacks").set(row).where("id", "=", stored.id).execute();
					return { ...feedback, ...stored };
				}
				const inserted = await tx
					.insertInto("feedbacks")
					.values({ session_id, ...row, created_at: sql<string>`${sql.raw(dialect.now)}` })
					.returning(["id", "created_at"])
					.executeTakeFirstOrThrow();
				return { ...feedback, ...inserted };
			}),
	};
}
