import type { SessionId } from "@carhythm/core";
import { type Selectable, sql } from "kysely";
import type { Database } from "../dialect.ts";
import type { Schema, Tx } from "../schema.ts";
import type { FeedbackStore } from "../store.ts";
import { inTransaction } from "../transaction.ts";

/** What students say about the assessment: one row a session. */
export function createFeedbackStore(database: Database): FeedbackStore {
	const { dialect } = database;
	return {
		save: (session_id, feedback) =>
			inTransaction(database, async (tx) => {
				await dialect.lockSessions(tx, "session_id", [session_id]);
				// It may have got another id, or have been erased, since the request was looked at.
				if (!(await isThere(tx, session_id))) return null;
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

async function isThere(tx: Tx, session_id: SessionId): Promise<boolean> {
	const row = await tx
		.selectFrom("student_responses")
		.select("id")
		.where("session_id", "=", session_id)
		.executeTakeFirst();
	return row !== undefined;
}

function readFeedback({ would_recommend, session_id: _, ...row }: Selectable<Schema["feedbacks"]>) {
	return { ...row, would_recommend: would_recommend === null ? null : would_recommend === 1 };
}
