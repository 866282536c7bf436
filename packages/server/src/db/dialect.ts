import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import { StorageUnavailable } from "./store.ts";

/** Which database, as parsed from DATABASE_URL. */
export type DatabaseUrl = { dialect: "sqlite"; file: string };

/** What became of {@link Dialect.scrub}. */
export type Scrubbed = { clean: true } | { clean: false; reason: string };

/** Everything in which one database differs from another, in one place. */
export type Dialect = {
	name: DatabaseUrl["dialect"];
	/** The present time as an expression of SQL, in the form of core's `Instant`. */
	now: string;
	/** Sets the default of an existing column without touching its rows. To be called inside a transaction of `db`. */
	setColumnDefault(table: string, column: string, expression: string): void;
	/**
	 * Rows of the program as a table in SQL: one parameter and one constant text however many rows there are, so that a group
	 * of writes is one statement, prepared once.
	 */
	rows(columns: Readonly<Record<string, ColumnType>>, rows: readonly object[]): RawBuilder<unknown>;
	/** Keeps other processes from changing these sessions until the transaction ends. */
	lockSessions(tx: Transaction<Schema>, session_ids: readonly string[]): Promise<void>;
	/** Removes what deleted rows left behind in the files, as far as other programs let it. */
	scrub(): Promise<Scrubbed>;
};

/** The types that {@link Dialect.rows} knows; `status` is that of `student_responses.status`. */
export type ColumnType = "integer" | "real" | "text" | "time" | "status";

/** The rows of a table that the program brings along, as SQLite reads them from JSON. */
export function jsonRows(
	columns: Readonly<Record<string, ColumnType>>,
	rows: readonly object[],
): RawBuilder<unknown> {
	const names = Object.keys(columns);
	// Arrays rather than objects: finding a value by its number is quicker than by its name.
	const selected = names.map((name, index) => sql`value ->> ${sql.lit(index)} as ${sql.ref(name)}`);
	const values = rows.map((row) => names.map((name) => (row as Record<string, unknown>)[name] ?? null));
	return sql`(select ${sql.join(selected)} from json_each(${JSON.stringify(values)}))`;
}

/** An open database. */
export type Database = {
	/** Reads and writes. A transaction holds the write lock from its first moment. */
	db: Kysely<Schema>;
	/**
	 * Reads only, on a connection of its own: usable while a transaction of `db` is under way, and a transaction of it is one
	 * unchanging snapshot that keeps no writer waiting.
	 */
	reader: Kysely<Schema>;
	/** Reads only, one statement at a time: usable while transactions of `db` and of `reader` are under way. */
	lookups: Kysely<Schema>;
	dialect: Dialect;
	close(): Promise<void>;
};

/** The outcome of {@link parseDatabaseUrl}; `problem` is a sentence. */
export type ParsedDatabaseUrl = { ok: true; url: DatabaseUrl } | { ok: false; problem: string };

/** Understands `sqlite:./file.db`, `sqlite:/absolute/file.db` and `sqlite:///absolute/file.db`. */
export function parseDatabaseUrl(text: string): ParsedDatabaseUrl {
	if (/^postgres(ql)?:/i.test(text)) {
		return {
			ok: false,
			problem: "PostgreSQL comes with the next release of CaRhythm; until then use sqlite:FILE.",
		};
	}
	const file = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1];
	if (!file) {
		return { ok: false, problem: "It must have the form sqlite:FILE, for example sqlite:./carhythm.db." };
	}
	if (file.startsWith(":memory:")) {
		return { ok: false, problem: "A database in memory would lose every answer at the end; name a file." };
	}
	return { ok: true, url: { dialect: "sqlite", file } };
}

const UNAVAILABLE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB|PROTOCOL|NOMEM)/;

/** The database's own error code; null for any other error. */
export function errorCode(error: unknown): string | null {
	if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
	return error.code.startsWith("SQLITE_") ? error.code : null;
}

/** Turns the driver's ways of saying "not now" into {@link StorageUnavailable}; every other error stays what it is. */
export function asStorageError(error: unknown): unknown {
	const code = errorCode(error);
	return code && UNAVAILABLE.test(code)
		? new StorageUnavailable(`The database is not available (${code}).`, { cause: error })
		: error;
}

/**
 * Whether nothing on this connection may be believed any more: after a failed fsync the kernel has dropped what it could not
 * write, and a second attempt would succeed without it. Only a fresh connection sees what is really in the file.
 */
export function isConnectionLost(error: unknown): boolean {
	return /^SQLITE_IOERR_(FSYNC|DIR_FSYNC)$|^SQLITE_CORRUPT/.test(errorCode(error) ?? "");
}
