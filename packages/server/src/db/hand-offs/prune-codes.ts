import type { Instant } from "@carhythm/core";
import type { Database } from "../dialect.ts";
import { inTransaction } from "../transaction.ts";

/** A transaction of so many rows takes a few milliseconds, and keeps no answer waiting. */
const ROWS_AT_A_TIME = 500;

/**
 * Deletes the codes that ran out before `cutoff`, a few in each transaction. Several processes may do so at
 * once. The retention of codes decides the cutoff; until then a repeated request gets its first reply again.
 * @returns how many there were
 */
export async function pruneCodes(database: Database, cutoff: Instant): Promise<number> {
	for (let pruned = 0; ; ) {
		const { numDeletedRows } = await inTransaction(database, (tx) =>
			tx
				.deleteFrom("hand_offs")
				.where("id", "in", (codes) =>
					codes
						.selectFrom("hand_offs")
						.select("id")
						.where("expires_at", "<", cutoff)
						.orderBy("id")
						.limit(ROWS_AT_A_TIME),
				)
				.executeTakeFirst(),
		);
		pruned += Number(numDeletedRows);
		if (Number(numDeletedRows) < ROWS_AT_A_TIME) return pruned;
	}
}
