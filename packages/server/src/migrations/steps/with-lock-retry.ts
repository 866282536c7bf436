import { sql } from "kysely";
import { errorCode } from "../../db/errors.ts";
import { type Pause, retry } from "../../retry.ts";
import type { Tx } from "../migration.ts";
import { ledgerOf, type Run } from "./run-context.ts";

/** How long a change of the schema waits for a lock before it lets the others through and tries again. */
export const LOCK_TIMEOUT_MS = 100;
const PATIENCE_MS = 10 * 60_000;
const PAUSE: Pause = { first_ms: 50, longest_ms: 1000, spread: [0.5, 1.5] };

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
	const attempt = () =>
		ledgerOf(run.database)
			.transaction()
			.execute(async (tx) => {
				if (run.database.dialect.name === "postgres") {
					await sql.raw(`SET LOCAL lock_timeout = '${lock_timeout_ms}ms'`).execute(tx);
					await sql`SET LOCAL statement_timeout = 0`.execute(tx);
				}
				return work(tx);
			});
	return retry(attempt, {
		isRetryable: (error) => RETRYABLE.has(codeOf(error) ?? ""),
		patience_ms: PATIENCE_MS,
		pause: PAUSE,
		onPause: () => run.onProgress({ ...where, at: "waiting" }),
	});
}

/** The database's own code, also of an error that was translated on its way. */
export function codeOf(error: unknown): string | null {
	const code = errorCode(error);
	if (code !== null || !(error instanceof Error) || error.cause === undefined) return code;
	return codeOf(error.cause);
}

/** On PostgreSQL: the lock was not to be had in time; a deadlock; a serialization failure. */
const RETRYABLE = new Set(["55P03", "40P01", "40001"]);
