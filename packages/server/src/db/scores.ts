import { sql } from "kysely";
import * as z from "zod/mini";
import type { Database } from "./dialect.ts";
import { inTransaction } from "./in-transaction.ts";
import type { ScoreStore } from "./store.ts";

const StoredProfile = z.record(z.string(), z.unknown());

/** The scored profiles, in the column where the existing product keeps them: a profile of either is served as it is. */
export function createScoreStore(database: Database): ScoreStore {
	const { reader, dialect } = database;
	return {
		async find(response_id) {
			const row = await reader
				.selectFrom("assessment_scores")
				.select("rhythm_profile")
				.where("response_id", "=", response_id)
				.where("rhythm_profile", "is not", null)
				// The existing product may have stored more than one; the last is the one that it shows.
				.orderBy("id", "desc")
				.executeTakeFirst();
			return row?.rhythm_profile ? StoredProfile.parse(JSON.parse(row.rhythm_profile)) : null;
		},
		save: (response_id, profile) =>
			inTransaction(database, async (tx) => {
				await dialect.lockSessions(tx, "id", [response_id]);
				const rhythm_profile = JSON.stringify(profile);
				const now = sql<string>`${sql.raw(dialect.now)}`;
				const stored = await tx
					.selectFrom("assessment_scores")
					.select("id")
					.where("response_id", "=", response_id)
					.orderBy("id", "desc")
					.executeTakeFirst();
				if (stored) {
					await tx
						.updateTable("assessment_scores")
						.set({ rhythm_profile, last_updated: now })
						.where("id", "=", stored.id)
						.execute();
					return;
				}
				await tx
					.insertInto("assessment_scores")
					.values({ response_id, rhythm_profile, calculated_at: now })
					.execute();
			}),
	};
}
