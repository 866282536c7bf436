import { setTimeout as sleep } from "node:timers/promises";
import type { Transaction } from "kysely";
import type { Database } from "./dialect.ts";
import { isRetryable } from "./errors.ts";
import type { Schema } from "./schema.ts";

const MOST_ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs work in one transaction that writes. With several processes on one database, transactions may stand in
 * each other's way; the one that had to give way begins again, so the work may run more than once and must do
 * nothing but read and write.
 */
export async function inTransaction<T>(
	{ db }: Pick<Database, "db">,
	work: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await db.transaction().execute(work);
		} catch (error) {
			if (attempt === MOST_ATTEMPTS || !isRetryable(error)) throw error;
			await sleep(Math.random() * LONGEST_PAUSE_MS);
		}
	}
}
