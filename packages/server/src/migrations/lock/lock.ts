import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { errorCode } from "../../db/errors.ts";
import { OperatorError } from "../../operator-error.ts";
import { type Pause, poll } from "../../retry.ts";

/** Names the lock among the advisory ones of a PostgreSQL database. */
const KEY = 1_669_000_000;
const PAUSE: Pause = { first_ms: 100, spread: [0.5, 1.5] };

/**
 * Lets one process at a time change the schema; others wait their turn. The lock goes with the process,
 * however it ends.
 *
 * It is asked for again and again instead of waited for: a connection that waits inside PostgreSQL holds a
 * snapshot, for which CREATE INDEX CONCURRENTLY waits in turn.
 * @param onWait is told once that another process is at it
 */
export async function withMigrationLock<T>(
	database: Database,
	work: (assertLockHeld: () => Promise<void>) => Promise<T>,
	onWait: () => void = () => {},
): Promise<T> {
	return database.url.dialect === "sqlite"
		? withFileLock(`${resolve(database.url.file)}-migrating`, work, onWait)
		: withAdvisoryLock(database, work, onWait);
}

/** A file beside the database, which SQLite locks: its locks end with the process that holds them. */
async function withFileLock<T>(
	file: string,
	work: (assertLockHeld: () => Promise<void>) => Promise<T>,
	onWait: () => void,
): Promise<T> {
	const lock = await poll(() => tryFileLock(file), {
		isDone: (found) => found !== null,
		pause: PAUSE,
		onPause: onFirst(onWait),
	});
	try {
		return await work(async () => {});
	} finally {
		// Removed while it is still held: no process can have taken the lock on what is removed.
		rmSync(file, { force: true });
		lock.close();
	}
}

function onFirst(onWait: () => void): (failures: number) => void {
	return (failures) => {
		if (failures === 1) onWait();
	};
}

function tryFileLock(file: string): SqliteFile.Database | null {
	closeSync(openSync(file, "a"));
	const before = inode(file);
	const lock = new SqliteFile(file, { timeout: 0 });
	// What was removed between opening and locking is no longer what the others look at, and SQLite may
	// stumble over that too.
	const isThere = () => before !== null && inode(file) === before;
	try {
		lock.exec("BEGIN EXCLUSIVE");
		if (isThere()) return lock;
	} catch (error) {
		if (isThere() && !errorCode(error)?.startsWith("SQLITE_BUSY")) {
			lock.close();
			throw error;
		}
	}
	lock.close();
	return null;
}

function inode(file: string): number | null {
	return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

async function withAdvisoryLock<T>(
	{ db }: Database,
	work: (assertLockHeld: () => Promise<void>) => Promise<T>,
	onWait: () => void,
): Promise<T> {
	return db.connection().execute(async (connection) => {
		await poll(() => tryAdvisoryLock(connection), {
			isDone: (isHeld) => isHeld,
			pause: PAUSE,
			onPause: onFirst(onWait),
		});
		const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(connection);
		const pid = rows[0]?.pid;
		const assertLockHeld = async () => {
			const found = await sql<{ n: number }>`
				SELECT count(*) AS n FROM pg_locks
				WHERE locktype = 'advisory' AND objid = ${KEY} AND pid = ${pid} AND granted`.execute(db);
			if (Number(found.rows[0]?.n) === 0) throw lost();
		};
		try {
			return await work(assertLockHeld);
		} finally {
			await sql`SELECT pg_advisory_unlock(${KEY})`.execute(connection).catch(() => {});
		}
	});
}

async function tryAdvisoryLock(connection: Database["db"]): Promise<boolean> {
	const { rows } = await sql<{ held: number }>`SELECT pg_try_advisory_lock(${KEY}) AS held`.execute(
		connection,
	);
	return Number(rows[0]?.held) === 1;
}

function lost(): OperatorError {
	return new OperatorError(
		"failed",
		"The connection that held the migration lock is lost. Nothing is half done; run the command again.",
	);
}
