import { StorageUnavailable } from "./store.ts";

const OF_SQLITE = /^SQLITE_[A-Z_]+$/;
const OF_POSTGRES = /^[0-9A-Z]{5}$/;
const OF_NETWORK =
	/^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EAI_AGAIN|EMFILE|ENOENT|EACCES)$/;

/** What the driver of PostgreSQL says in words only when a connection breaks or cannot be made. */
const LOST_IN_WORDS =
	/^Connection terminated|not queryable|^timeout exceeded when trying to connect|^Client was closed|^Query read timeout/;
const LOST = "CONNECTION_LOST";

const UNAVAILABLE = [
	/^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB|PROTOCOL|NOMEM)/,
	// Connection, resources (a full disk among them), operator, system; locks, time limits, conflicts that stay.
	/^(08|53|57|58)...$/,
	/^(25006|25P03|25P04|40001|40P01|55P03|XX001|XX002)$/,
	// The server no longer knows the user or the database that it knew when this process began.
	/^(28...|3D000)$/,
	// A table that a migration has made since, without rights for this role: `/readyz` names them.
	/^42501$/,
	OF_NETWORK,
	/^CONNECTION_LOST$/,
];

/** The database's or the network's own error code; null for any other error. */
export function errorCode(error: unknown): string | null {
	if (!(error instanceof Error)) return null;
	const code = "code" in error && typeof error.code === "string" ? error.code : "";
	if (OF_SQLITE.test(code) || OF_NETWORK.test(code)) return code;
	if (OF_POSTGRES.test(code) && "severity" in error) return code;
	return LOST_IN_WORDS.test(error.message) ? LOST : null;
}

/**
 * Turns the drivers' ways of saying "not now" into {@link StorageUnavailable}; every other error stays what
 * it is.
 */
export function asStorageError(error: unknown): unknown {
	const code = errorCode(error);
	return code && UNAVAILABLE.some((pattern) => pattern.test(code))
		? new StorageUnavailable(`The database is not available (${code}).`, { cause: error })
		: error;
}

/** Whether a row could not be deleted because another one names it by a foreign key. */
export function isStillNamed(error: unknown): boolean {
	const code = errorCode(error);
	return code === "23503" || code === "SQLITE_CONSTRAINT_FOREIGNKEY";
}

/**
 * Whether nothing on this connection may be believed any more. On SQLite: after a failed fsync the kernel has
 * dropped what it could not write, and a second attempt would succeed without it. Only a fresh connection
 * sees what is really in the file.
 */
export function isConnectionLost(error: unknown): boolean {
	const code = errorCode(error) ?? "";
	return (
		/^SQLITE_IOERR_(FSYNC|DIR_FSYNC)$|^SQLITE_CORRUPT|^CONNECTION_LOST$|^08...$|^57P0[1-5]$|^25P0[34]$/.test(
			code,
		) || OF_NETWORK.test(code)
	);
}

/**
 * What a role has to be given that may not do what was asked of it, in a sentence for an operator.
 * @returns null for every other error
 */
export function explainMissingRight(error: unknown): string | null {
	const cause = error instanceof Error && errorCode(error) === null ? error.cause : error;
	if (!(cause instanceof Error) || errorCode(cause) !== "42501") return null;
	if (/^must be owner/.test(cause.message)) {
		return `PostgreSQL refuses: ${cause.message}. Run this command with the address of the role that owns the tables.`;
	}
	if (/for schema/.test(cause.message)) {
		return `PostgreSQL refuses: ${cause.message}. Migrations are run with the address of the role that owns the tables, for a new database that of its owner (docs/operation.md, "PostgreSQL").`;
	}
	return `PostgreSQL refuses: ${cause.message}. The role of DATABASE_URL lacks this right; docs/operation.md, "PostgreSQL", has the statements that give it.`;
}

/**
 * Whether the transaction was certainly rolled back, because another connection held a lock for longer than
 * the wait.
 */
export function isLockTimeout(error: unknown): boolean {
	return error instanceof StorageUnavailable && errorCode(error.cause) === "55P03";
}

/**
 * Whether the transaction was certainly rolled back and may well succeed when it is tried again: it gave way
 * to another one, or another one was quicker with a row that only one can have, which a second look will
 * find.
 */
export function isRetryable(error: unknown): boolean {
	const cause = error instanceof StorageUnavailable ? error.cause : error;
	return /^(40001|40P01|23505)$/.test(errorCode(cause) ?? "");
}
