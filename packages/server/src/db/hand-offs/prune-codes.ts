import { addMinutes, HAND_OFF_MINUTES, type Instant } from "@carhythm/core";
import type { Database } from "../dialect.ts";
import { inTransaction } from "../transaction.ts";

/** Until then the last retries of a request that made or used a code get the same reply again. */
const KEPT_MINUTES = 24 * 60;
/** A transaction of so many rows takes a few milliseconds, and keeps no answer waiting. */
const ROWS_AT_A_TIME = 500;

/**
 * Deletes the codes that have had their day, a few in each transaction. Several processes may do so at once.
 * @returns how many there were
 */
export async function pruneCodes(database: Database, now: Instant): Promise<number> {
	const made_before = addMinutes(now, -KEPT_MINUTES - HAND_OFF_MINUTES);
	for (let pruned = 0; ; ) {
		const { numDeletedRows } = await inTransaction(database, (tx) =>
			tx
				.deleteFrom("hand_offs")
				.where("id", "in", (codes) =>
					codes
						.selectFrom("hand_offs")
						.select("id")
						.where("created_at", "<", made_before)
						.orderBy("id")
						.limit(ROWS_AT_A_TIME),
				)
				.executeTakeFirst(),
		);
		pruned += Number(numDeletedRows);
		if (Number(numDeletedRows) < ROWS_AT_A_TIME) return pruned;
	}
}
