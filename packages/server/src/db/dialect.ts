import type { Kysely, RawBuilder, Transaction } from "kysely";
import type { Schema } from "./schema.ts";

/** Which database, as parsed from DATABASE_URL. The address of a server may hold a password and is never shown. */
export type DatabaseUrl = { dialect: "sqlite"; file: string } | { dialect: "postgres"; url: string };

/** What became of {@link DatabaseDialect.purge}. `remains` says in full sentences what lies beyond its reach. */
export type Purged =
	| { clean: true; remains: string }
	/** `needs_owner`: this user cannot finish it at any time, the role that owns the tables can. */
	| { clean: false; reason: string; needs_owner?: true };

/** A table as the database's catalogue has it. */
export type FoundTable = {
	/** Null for the schema in which this program's tables are, and always on SQLite. */
	schema: string | null;
	name: string;
	columns: readonly string[];
	/** Whether this user may read it. */
	readable: boolean;
	foreign_keys: readonly {
		columns: readonly string[];
		table: { schema: string | null; name: string };
		to: readonly string[];
		/** In lower case: `no action`, `set null`. */
		on_delete: string;
	}[];
};

/** Everything in which one database differs from another, in one place. */
export type DatabaseDialect = {
	name: DatabaseUrl["dialect"];
	/** Whether the database is a file of this program rather than on a server that others may use as well. */
	isEmbedded: boolean;
	/** The present time as an expression of SQL, in the form of core's `Instant`. */
	now: string;
	/**
	 * Sets the default of an existing column without touching its rows. To be called inside a transaction of
	 * `db`. Only on SQLite, which has no statement for it.
	 */
	setColumnDefault(table: string, column: string, expression: string): void;
	/**
	 * Rows of the program as a table in SQL: the same text however many rows there are, so that a group of
	 * writes is one statement, prepared once.
	 */
	rows(columns: Readonly<Record<string, ColumnType>>, rows: readonly object[]): RawBuilder<unknown>;
	/**
	 * Keeps other processes from changing these sessions until the transaction ends; `key` says how they are
	 * named.
	 */
	lockSessions<Key extends "session_id" | "id">(
		tx: Transaction<Schema>,
		key: Key,
		values: readonly (Key extends "id" ? number : string)[],
	): Promise<void>;
	/** Keeps other processes from writing to these tables until the transaction ends. Readers go on. */
	lockTables(tx: Transaction<Schema>, tables: readonly (keyof Schema)[]): Promise<void>;
	/**
	 * Lets a transaction in which several have a share wait for locks of others only for a moment; it then
	 * fails like {@link isLockTimeout}.
	 */
	setShortLockTimeout(tx: Transaction<Schema>): Promise<void>;
	/**
	 * After rows with ids of the program's choice: the numbers that the database gives by itself go on behind
	 * them.
	 */
	afterExplicitIds(tx: Transaction<Schema>, table: string): Promise<void>;
	/**
	 * From now on writes are many and small, and none may keep others waiting. Until then the database counts
	 * on few that are large: migrations build whole indexes, and may need more room than there is memory, and
	 * all the time that they take.
	 */
	expectSmallWrites(): void;
	/**
	 * Lets rows come back that were found without the row which they name: SQLite takes such rows as long as
	 * no connection turns foreign keys on. To be called outside any transaction.
	 */
	withoutForeignKeys<T>(work: () => Promise<T>): Promise<T>;
	/** Every table that holds rows, whichever program made it. */
	findTables(db: Kysely<Schema>): Promise<FoundTable[]>;
	/**
	 * Removes what deleted rows left behind in the files, as far as other programs let it.
	 * @param options.largest a file of SQLite of more bytes is not written anew: writers would wait for it
	 */
	purge(options?: { largest?: number }): Promise<Purged>;
};

/** The types that {@link DatabaseDialect.rows} knows; `status` is that of `student_responses.status`. */
export type ColumnType = "integer" | "real" | "text" | "time" | "status";

/**
 * Word between the processes that work on one database that sessions have changed. It may get lost: nothing
 * but the speed with which a page hears of it depends on it.
 */
export type ChangeFeed = {
	/** Tells the others; by `response_id`, since the session id is a secret and the word may be overheard. */
	tell(response_ids: readonly number[]): void;
	/**
	 * @param hear is told which sessions others have changed; null when it may be any
	 * @returns a function that ends it
	 */
	listen(hear: (response_ids: readonly number[] | null) => void): () => void;
};

/** The connections of one purpose to a database server. */
export type PoolState = { purpose: string; open: number; idle: number; waiting: number };

/** An open database. */
export type Database = {
	/** Where it is. */
	url: DatabaseUrl;
	/**
	 * Reads and writes. On SQLite a transaction has all writing to itself from its first moment; on PostgreSQL
	 * others write beside it, so what it reads in order to change it has to be locked first.
	 */
	db: Kysely<Schema>;
	/**
	 * Reads only, on a connection of its own: usable while a transaction of `db` is under way, and a
	 * transaction of it is one unchanging snapshot that keeps no writer waiting.
	 */
	reader: Kysely<Schema>;
	/** Reads only, one statement at a time: usable while transactions of `db` and of `reader` are under way. */
	lookups: Kysely<Schema>;
	dialect: DatabaseDialect;
	changeFeed: ChangeFeed;
	/**
	 * To be called when sessions are served: the files of an SQLite database are watched from then on, and
	 * nothing is acknowledged any more once they are gone or replaced. Nothing on PostgreSQL.
	 * @param say is told of it, once
	 */
	watch(say: (line: string) => void): void;
	/** The connections to the server; none on SQLite. */
	pools(): readonly PoolState[];
	close(): Promise<void>;
};

/** The outcome of {@link parseDatabaseUrl}; `problem` is a sentence. */
export type ParsedDatabaseUrl = { ok: true; url: DatabaseUrl } | { ok: false; problem: string };

const FORMS = "It must have the form sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE.";

/**
 * Understands `sqlite:./file.db`, `sqlite:/absolute/file.db`, `sqlite:///absolute/file.db`,
 * `sqlite:///./file.db`, `postgres://…` and `postgresql://…`.
 */
export function parseDatabaseUrl(text: string): ParsedDatabaseUrl {
	if (/^postgres(ql)?:/i.test(text)) return parseServerUrl(text);
	if (/^postgres(ql)?\+\w+:/i.test(text)) {
		return { ok: false, problem: "Write postgresql:// without the name of a driver such as +psycopg2." };
	}
	// SQLAlchemy writes a file of the working folder as `sqlite:///./file.db`.
	const file = /^sqlite:(?:\/\/\/(?=\.\.?\/)|\/\/(?=\/))?(.+)$/.exec(text)?.[1];
	if (!file) return { ok: false, problem: FORMS };
	if (file.startsWith(":memory:")) {
		return { ok: false, problem: "A database in memory would lose every answer at the end; name a file." };
	}
	return { ok: true, url: { dialect: "sqlite", file } };
}

function parseServerUrl(text: string): ParsedDatabaseUrl {
	const url = URL.parse(text);
	if (!url || !/^postgres(ql)?:\/\//i.test(text)) {
		return {
			ok: false,
			problem: `${FORMS} Characters such as @ : / ? # % in a user or a password are written as %40, %3A and so on.`,
		};
	}
	if (!url.hostname && !url.searchParams.get("host")) {
		return { ok: false, problem: "It names no server: write postgres://USER:PASSWORD@HOST/DATABASE." };
	}
	if (url.pathname.length < 2) {
		return { ok: false, problem: "It names no database: write postgres://USER:PASSWORD@HOST/DATABASE." };
	}
	return { ok: true, url: { dialect: "postgres", url: text } };
}
