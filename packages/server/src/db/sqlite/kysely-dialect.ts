import type SqliteFile from "better-sqlite3";
import {
	CompiledQuery,
	type DatabaseConnection,
	type Dialect,
	type Driver,
	type QueryResult,
	type RawBuilder,
	SqliteAdapter,
	SqliteIntrospector,
	SqliteQueryCompiler,
	sql,
} from "kysely";
import { retry } from "../../retry.ts";
import type { ColumnType } from "../dialect.ts";
import { asStorageError, errorCode, isConnectionLost } from "../errors.ts";
import { StorageUnavailable } from "../store.ts";
import type { SqliteWatch } from "./file-watch.ts";

/** One connection to the file, opened again after it was lost. */
export type Handle = {
	/** The open connection. */
	get(): SqliteFile.Database;
	/** Whether a transaction is under way. */
	inTransaction(): boolean;
	/** Notices the loss of the connection, and translates the error. */
	translate(error: unknown): unknown;
	/** Closes a lost connection, so that the next use opens a fresh one. */
	settle(): void;
	/** Declares the connection lost. */
	lose(): void;
	close(): void;
};

type Checkpoint = { busy: number; log: number; checkpointed: number };

/** Keeps a connection. `open` returns one that has passed every check; it is called again after a loss. */
export function createHandle(
	open: () => SqliteFile.Database,
	{ onLost, onCheckpoint }: { onLost: () => void; onCheckpoint: () => void },
): Handle {
	let current: SqliteFile.Database | null = open();
	let lost = false;
	let lacksRoom = false;

	function close(): void {
		const closing = current;
		current = null;
		closing?.close();
	}
	function note(error: unknown): unknown {
		lacksRoom ||= errorCode(error) === "SQLITE_FULL";
		if (isConnectionLost(error) && !lost) {
			lost = true;
			onLost();
		}
		return asStorageError(error);
	}
	/**
	 * What the write-ahead log holds is copied into the file, and its room used again: the disk may have no
	 * other. Tried until it is done: room that is made on the disk would otherwise go to the log as well.
	 */
	function makeRoom(): void {
		try {
			const found = current?.pragma("wal_checkpoint(PASSIVE)") as Checkpoint[] | undefined;
			lacksRoom = found?.some(({ busy, log, checkpointed }) => busy !== 0 || checkpointed < log) ?? false;
		} catch (error) {
			note(error);
		}
		onCheckpoint();
	}
	return {
		close,
		get() {
			current ??= open();
			return current;
		},
		inTransaction: () => current?.inTransaction ?? false,
		translate: note,
		settle() {
			if (lacksRoom && !lost) makeRoom();
			if (!lost) return;
			lost = false;
			try {
				close();
			} catch {
				// It was lost already; only the fresh connection matters.
			}
		},
		lose() {
			lost = true;
		},
	};
}

/**
 * Kysely's dialect over a {@link Handle}. `begin` is how a transaction begins, `patience_ms` for how long it
 * is tried again while another program writes, beyond SQLite's own waiting, during which nothing else happens
 * in this process.
 */
export function kyselyDialect(
	handle: Handle,
	begin: "begin" | "begin immediate",
	patience_ms: () => number = () => 0,
	watch: Pick<SqliteWatch, "check" | "keepLogSmall"> = UNWATCHED,
): Dialect {
	return {
		createAdapter: () => new SqliteAdapter(),
		createDriver: () => createDriver(handle, begin, patience_ms, watch),
		createIntrospector: (db) => new SqliteIntrospector(db),
		createQueryCompiler: () => new SqliteQueryCompiler(),
	};
}

const PAUSE_MS = 25;
const UNWATCHED = { check: () => {}, keepLogSmall: () => {} };

function createDriver(
	handle: Handle,
	begin: string,
	patience_ms: () => number,
	watch: Pick<SqliteWatch, "check" | "keepLogSmall">,
): Driver {
	const connection = new HandleConnection(handle, watch);
	const run = async (sql: string) => {
		await connection.executeQuery(CompiledQuery.raw(sql));
	};
	return {
		init: async () => {},
		async acquireConnection() {
			handle.settle();
			return connection;
		},
		async beginTransaction() {
			await retry(() => run(begin), {
				isRetryable: isBusy,
				patience_ms: patience_ms(),
				pause: { first_ms: PAUSE_MS },
			});
		},
		async commitTransaction() {
			await run("commit");
			// What was committed into a file without a name is not acknowledged.
			watch.check();
			watch.keepLogSmall();
		},
		async rollbackTransaction() {
			// Some failures (a full disk among them) have already rolled back by themselves.
			if (handle.get().inTransaction) await run("rollback");
		},
		releaseConnection: async () => handle.settle(),
		destroy: async () => handle.close(),
	};
}

function isBusy(error: unknown): boolean {
	return error instanceof StorageUnavailable && /^SQLITE_BUSY/.test(errorCode(error.cause) ?? "");
}

const MOST_STATEMENTS = 300;

/** Keeps prepared statements: preparing one takes longer than most of them run. */
class HandleConnection implements DatabaseConnection {
	readonly #handle: Handle;
	readonly #statements = new Map<string, SqliteFile.Statement>();
	#preparedOn: SqliteFile.Database | null = null;

	readonly #watch: Pick<SqliteWatch, "check">;

	constructor(handle: Handle, watch: Pick<SqliteWatch, "check">) {
		this.#handle = handle;
		this.#watch = watch;
	}

	async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
		// Before a transaction, not before each of its statements. Not in acquireConnection: Kysely would never
		// give it back.
		if (!this.#handle.inTransaction()) this.#watch.check();
		try {
			const statement = this.#prepare(sql);
			if (statement.reader) return { rows: statement.all(...parameters) as R[] };
			const { changes, lastInsertRowid } = statement.run(...parameters);
			return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
		} catch (error) {
			throw this.#handle.translate(error);
		}
	}

	async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
		try {
			// A statement of its own: a kept one may be asked for again while this one is still under way.
			const statement = this.#open().prepare(sql);
			for (const row of statement.iterate(...parameters)) yield { rows: [row as R] };
		} catch (error) {
			throw this.#handle.translate(error);
		}
	}

	#open(): SqliteFile.Database {
		try {
			return this.#handle.get();
		} catch (error) {
			if (error instanceof StorageUnavailable) throw error;
			throw new StorageUnavailable("The database cannot be opened again.", { cause: error });
		}
	}

	#prepare(sql: string): SqliteFile.Statement {
		const database = this.#open();
		if (this.#preparedOn !== database) {
			this.#statements.clear();
			this.#preparedOn = database;
		}
		const kept = this.#statements.get(sql);
		if (kept) return kept;
		const statement = database.prepare(sql);
		const [oldest] = this.#statements.keys();
		// The oldest goes: what is used all the time is prepared again soon enough.
		if (oldest !== undefined && this.#statements.size >= MOST_STATEMENTS) this.#statements.delete(oldest);
		this.#statements.set(sql, statement);
		return statement;
	}
}

/** The rows of a table that the program brings along, as SQLite reads them from JSON. */
export function jsonRows(
	columns: Readonly<Record<string, ColumnType>>,
	rows: readonly object[],
): RawBuilder<unknown> {
	const names = Object.keys(columns);
	// Arrays rather than objects: finding a value by its number is quicker than by its name.
	const selected = names.map((name, index) => sql`value ->> ${sql.lit(index)} as ${sql.ref(name)}`);
	const values = rows.map((row) => names.map((name) => (row as Record<string, unknown>)[name] ?? null));
	// Not json_each: it would write each row out as text, for the next step to read again.
	return sql`(select ${sql.join(selected)} from jsonb_each(${JSON.stringify(values)}))`;
}
