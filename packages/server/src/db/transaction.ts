import type { Transaction } from "kysely";
import { type Pause, retry } from "../retry.ts";
import type { Database } from "./dialect.ts";
import { isRetryable } from "./errors.ts";
import type { Schema } from "./schema.ts";

const MOST_ATTEMPTS = 5;
const PAUSE: Pause = { first_ms: 50, spread: [0, 1] };

/**
 * Runs work in one transaction that writes. With several processes on one database, transactions may stand in
 * each other's way; the one that had to give way begins again, so the work may run more than once and must do
 * nothing but read and write.
 */
export async function inTransaction<T>(
	{ db }: Pick<Database, "db">,
	work: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
	return retry(() => db.transaction().execute(work), { isRetryable, attempts: MOST_ATTEMPTS, pause: PAUSE });
}
