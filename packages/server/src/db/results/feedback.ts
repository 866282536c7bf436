import { type Selectable, sql } from "kysely";
import type { Database } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import type { FeedbackStore } from "../store.ts";
import { inTransaction } from "../transaction.ts";

/** What students say about the assessment: one row a session. */
export function createFeedbackStore(database: Database): FeedbackStore {
	const { dialect } = database;
	return {
		save: (session_id, feedback) =>
			inTransaction(database, async (tx) => {
				await dialect.lockSessions(tx, "session_id", [session_id]);
				const { would_recommend } = feedback;
				const row = {
					...feedback,
					would_recommend: would_recommend === null ? null : Number(would_recommend),
				};
				const stored = await tx
					.selectFrom("feedbacks")
					.selectAll()
					.where("session_id", "=", session_id)
					.orderBy("id", "desc")
					.executeTakeFirst();
				if (stored) {
					const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
					if (Object.keys(given).length > 0) {
						await tx.updateTable("feedbacks").set(given).where("id", "=", stored.id).execute();
					}
					return readFeedback({ ...stored, ...given });
				}
				const inserted = await tx
					.insertInto("feedbacks")
					.values({ session_id, ...row, created_at: sql<string>`${sql.raw(dialect.now)}` })
					.returningAll()
					.executeTakeFirstOrThrow();
				return readFeedback(inserted);
			}),
	};
}

function readFeedback({ would_recommend, session_id: _, ...row }: Selectable<Schema["feedbacks"]>) {
	return { ...row, would_recommend: would_recommend === null ? null : would_recommend === 1 };
}
