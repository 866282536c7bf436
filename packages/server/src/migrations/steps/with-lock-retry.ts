import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { errorCode } from "../../db/errors.ts";
import type { Tx } from "../migration.ts";
import { ledgerOf, type Run } from "./run-context.ts";

/** How long a change of the schema waits for a lock before it lets the others through and tries again. */
export const LOCK_TIMEOUT_MS = 100;
const PATIENCE_MS = 10 * 60_000;

/**
 * Runs a transaction that gives up quickly when another connection holds a lock, and tries again: a statement
 * that waits for a lock on PostgreSQL makes everybody behind wait too.
 */
export async function withLockRetry<T>(
	run: Pick<Run, "database" | "onProgress">,
	where: { migration: number; step: string },
	lock_timeout_ms: number,
	work: (tx: Tx) => Promise<T>,
): Promise<T> {
	const deadline = performance.now() + PATIENCE_MS;
	for (let tries = 0; ; tries += 1) {
		try {
			return await ledgerOf(run.database)
				.transaction()
				.execute(async (tx) => {
					if (run.database.dialect.name === "postgres") {
						await sql.raw(`SET LOCAL lock_timeout = '${lock_timeout_ms}ms'`).execute(tx);
						await sql`SET LOCAL statement_timeout = 0`.execute(tx);
					}
					return work(tx);
				});
		} catch (error) {
			if (!TRY_AGAIN.has(codeOf(error) ?? "") || performance.now() > deadline) throw error;
			await run.onProgress({ ...where, at: "waiting" });
			await sleep(Math.min(50 * 2 ** Math.min(tries, 5), 1000) * (0.5 + Math.random()));
		}
	}
}

/** The database's own code, also of an error that was translated on its way. */
export function codeOf(error: unknown): string | null {
	const code = errorCode(error);
	if (code !== null || !(error instanceof Error) || error.cause === undefined) return code;
	return codeOf(error.cause);
}

/** On PostgreSQL: the lock was not to be had in time; a deadlock; a serialization failure. */
const TRY_AGAIN = new Set(["55P03", "40P01", "40001"]);
