import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import { OperatorError } from "../../operator-error.ts";
import { type Pause, poll } from "../../retry.ts";
import type { Database, Purged } from "../dialect.ts";
import { errorCode } from "../errors.ts";
import { LEDGER, type Schema } from "../schema.ts";
import { sqliteChangeFeed } from "./change-feed.ts";
import { setColumnDefault } from "./column-default.ts";
import { createSqliteWatch, type SqliteWatch } from "./file-watch.ts";
import { findSqliteTables } from "./find-tables.ts";
import { createHandle, type Handle, jsonRows, kyselyDialect } from "./kysely-dialect.ts";

/**
 * What every connection must hold to. The driver's build runs WAL at synchronous NORMAL unless told
 * otherwise, and that loses acknowledged answers when the power fails, so everything is set by hand and read
 * back.
 */
const REQUIRED = [
	{ pragma: "synchronous", set: "FULL", expected: 2 },
	{ pragma: "foreign_keys", set: "ON", expected: 1 },
	{ pragma: "secure_delete", set: "ON", expected: 1 },
	{ pragma: "trusted_schema", set: "OFF", expected: 0 },
] as const;

/**
 * For how long another program that writes is waited for. SQLite waits by holding up the whole process, reads
 * included, which is fine for a command; while sessions are served it may do so only for a blink, and the
 * rest of the time is waited beside it.
 */
const BUSY_TIMEOUT_MS = 5000;
const BLINK_MS = 20;

/**
 * The most that a connection keeps of the file in memory, in KiB. A group of students whose sessions lie far
 * apart needs some ten pages of each; SQLite's own 2 MB are too few for that, and it would ask the system for
 * the same pages again in every group.
 */
const CACHE_KIB = { writer: 32 * 1024, reader: 8 * 1024 };

/**
 * Opens the file, or makes it, and checks that it keeps what it is given.
 * @throws OperatorError in one sentence when it cannot be opened or does not hold to what durability needs
 */
export async function openSqlite(path: string): Promise<Database> {
	const file = resolve(path);
	checkPlace(file);
	refuseRemains(file);
	await switchToWal(file);

	const handles = connectAll(file);
	const { writer, watch } = handles;
	const db = new Kysely<Schema>({
		dialect: kyselyDialect(writer, "begin immediate", handles.patience_ms, watch),
	});
	const reader = new Kysely<Schema>({ dialect: kyselyDialect(handles.reader, "begin") });
	const lookups = new Kysely<Schema>({ dialect: kyselyDialect(handles.lookups, "begin") });
	return {
		url: { dialect: "sqlite", file: path },
		db,
		reader,
		lookups,
		dialect: {
			name: "sqlite",
			isEmbedded: true,
			now: "strftime('%Y-%m-%dT%H:%M:%fZ','now')",
			setColumnDefault: (table, column, expression) =>
				setColumnDefault(writer.get(), table, column, expression),
			rows: jsonRows,
			// A transaction that begins immediate has the whole file to itself.
			lockSessions: async () => {},
			lockTables: async () => {},
			setShortLockTimeout: async () => {},
			// A key that numbers itself is always one more than the highest.
			afterExplicitIds: async () => {},
			expectSmallWrites: handles.expectSmallWrites,
			withoutForeignKeys: (work) => withoutForeignKeys(writer, work),
			findTables: findSqliteTables,
			purge: (options) => scrub(writer, options?.largest ?? Number.POSITIVE_INFINITY),
		},
		changeFeed: sqliteChangeFeed(writer),
		watch: watch.begin,
		pools: () => [],
		async close() {
			const closeFiles = watch.end();
			for (const kysely of [lookups, reader, db]) await kysely.destroy();
			// Kysely closes only what was used. The writer comes last: it empties the write-ahead log.
			for (const handle of [handles.lookups, handles.reader, writer]) handle.close();
			closeFiles();
		},
	};
}

async function withoutForeignKeys<T>(writer: Handle, work: () => Promise<T>): Promise<T> {
	setForeignKeys(writer.get(), "OFF");
	try {
		return await work();
	} finally {
		setForeignKeys(writer.get(), "ON");
	}
}

/** Inside a transaction SQLite takes the setting without a word and does nothing. */
function setForeignKeys(database: SqliteFile.Database, value: "ON" | "OFF"): void {
	database.pragma(`foreign_keys=${value}`);
	const found = database.pragma("foreign_keys", { simple: true });
	if (found !== (value === "ON" ? 1 : 0)) throw new Error(`Foreign keys could not be turned ${value}.`);
}

type Handles = Record<"writer" | "reader" | "lookups", Handle> & {
	watch: SqliteWatch;
	expectSmallWrites(): void;
	/** For how long a write waits beyond SQLite's own waiting. */
	patience_ms(): number;
};

/** A connection that is lost is lost for all: they share the file's write-ahead log. */
function connectAll(file: string): Handles {
	const handles: Handle[] = [];
	let smallWrites = false;
	const watch = createSqliteWatch(file, () => {
		const [writer] = handles;
		if (!writer) throw new Error("The file is watched before it is open.");
		return writer;
	});
	const open = ({ query_only = false }) => {
		const handle = createHandle(
			() => {
				watch.refuseOthers();
				watch.reopened();
				const writes = smallWrites && !query_only ? SMALL_WRITES : ANY_WRITES;
				return connect(file, { query_only, autocheckpoint: watch.autocheckpoint(), ...writes });
			},
			{
				onLost() {
					for (const other of handles) other.lose();
				},
				onCheckpoint: watch.checkpointed,
			},
		);
		handles.push(handle);
		return handle;
	};
	try {
		const writer = open({});
		return {
			writer,
			watch,
			reader: open({ query_only: true }),
			lookups: open({ query_only: true }),
			expectSmallWrites() {
				smallWrites = true;
				const { temp_store, busy_timeout } = SMALL_WRITES;
				writer.get().pragma(`temp_store=${temp_store}`);
				writer.get().pragma(`busy_timeout=${busy_timeout}`);
			},
			patience_ms: () => (smallWrites ? BUSY_TIMEOUT_MS : 0),
		};
	} catch (error) {
		for (const handle of handles) handle.close();
		throw error;
	}
}

function checkPlace(file: string): void {
	const folder = dirname(file);
	if (!existsSync(folder)) throw cannot(file, `the folder ${folder} does not exist; make it first`);
	if (!statSync(folder).isDirectory()) throw cannot(file, `${folder} is not a folder`);
	if (existsSync(file) && !statSync(file).isFile()) throw cannot(file, "it is not a file");
	try {
		accessSync(folder, constants.W_OK | constants.X_OK);
		if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
	} catch (error) {
		throw cannot(file, "this user may not write there", error);
	}
}

/** Where the file is gone and something of it is still there, a new one in its place would hide that. */
function refuseRemains(file: string): void {
	if (sizeOf(file) > 0) return;
	const name = basename(file);
	const isRemains = (other: string) =>
		other.startsWith(`${name}.saved-`) || other.startsWith(`${name}.stale-wal-`) || other === `${name}-wal`;
	const remains = readdirSync(dirname(file)).find(
		(other) => isRemains(other) && sizeOf(join(dirname(file), other)) > 0,
	);
	if (remains === undefined) return;
	throw cannot(
		file,
		`it is ${existsSync(file) ? "empty" : "missing"}, but ${remains} is there. Put the right file in its place, or move ${remains} away to begin with a new database`,
	);
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Switching to WAL needs the file alone for a moment and does not wait for it, so processes that start at
 * once take turns.
 */
async function switchToWal(file: string): Promise<void> {
	const problem = await poll(() => tryWal(file), {
		isDone: (found) => found === null,
		patience_ms: BUSY_TIMEOUT_MS,
		pause: WAL_PAUSE,
	});
	if (problem) throw problem;
}

const WAL_PAUSE: Pause = { first_ms: 100, spread: [0.2, 1] };

/** @returns null when the file is in WAL mode or not ours; the error to report if it stays busy. */
function tryWal(file: string): OperatorError | null {
	let database: SqliteFile.Database | null = null;
	try {
		database = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS });
		if (isForeign(database)) return null;
		const mode = database.pragma("journal_mode=WAL", { simple: true });
		if (mode !== "wal") throw cannot(file, `its journal mode stays "${mode}" where WAL is needed`);
		return null;
	} catch (error) {
		const translated = explain(file, error);
		if (errorCode(error)?.startsWith("SQLITE_BUSY")) return translated;
		throw translated;
	} finally {
		database?.close();
	}
}

type Connection = {
	query_only: boolean;
	/**
	 * Where a statement keeps the pages as they were, in case it fails halfway: SQLite writes them to a
	 * temporary file as soon as they exceed 64 KiB, which a group of 50 answers does. In memory the group
	 * costs a third less. Building an index or VACUUM needs as much room as the data and goes to a file.
	 */
	temp_store: "MEMORY" | "FILE";
	busy_timeout: number;
	/** After how many pages SQLite copies the log into the file by itself. */
	autocheckpoint: number;
};

const ANY_WRITES = { temp_store: "FILE", busy_timeout: BUSY_TIMEOUT_MS } as const;
const SMALL_WRITES = { temp_store: "MEMORY", busy_timeout: BLINK_MS } as const;

function connect(file: string, connection: Connection): SqliteFile.Database {
	const { query_only, temp_store, busy_timeout } = connection;
	let database: SqliteFile.Database | null = null;
	try {
		database = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS });
		database.pragma(`busy_timeout=${busy_timeout}`);
		for (const { pragma, set } of REQUIRED) database.pragma(`${pragma}=${set}`);
		database.pragma(`temp_store=${temp_store}`);
		database.pragma(`cache_size=-${query_only ? CACHE_KIB.reader : CACHE_KIB.writer}`);
		database.pragma(`wal_autocheckpoint=${connection.autocheckpoint}`);
		if (query_only) database.pragma("query_only=ON");
		checkPragmas(file, database, connection);
		return database;
	} catch (error) {
		database?.close();
		throw explain(file, error);
	}
}

function checkPragmas(
	file: string,
	database: SqliteFile.Database,
	{ query_only, busy_timeout }: Connection,
): void {
	const settings = [
		...(isForeign(database) ? [] : [{ pragma: "journal_mode", expected: "wal" }]),
		{ pragma: "busy_timeout", expected: busy_timeout },
		{ pragma: "query_only", expected: query_only ? 1 : 0 },
		...REQUIRED,
	];
	for (const { pragma, expected } of settings) {
		const found = database.pragma(pragma, { simple: true });
		if (found !== expected) {
			throw cannot(
				file,
				`its setting ${pragma} reads ${found} where ${expected} is needed to keep answers safe`,
			);
		}
	}
}

/** Another program's database may be looked at, but even its journal mode is not ours to change. */
function isForeign(database: SqliteFile.Database): boolean {
	const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
	return tables.length > 0 && !tables.includes(LEDGER);
}

function explain(file: string, error: unknown): OperatorError {
	if (error instanceof OperatorError) return error;
	const code = errorCode(error) ?? "";
	if (code === "SQLITE_NOTADB") return cannot(file, "it is not an SQLite database", error);
	if (code.startsWith("SQLITE_CORRUPT")) return cannot(file, "it is damaged", error);
	if (code.startsWith("SQLITE_BUSY")) return cannot(file, "another program keeps it locked", error);
	if (/^SQLITE_(READONLY|CANTOPEN)/.test(code)) return cannot(file, "this user may not write there", error);
	if (code === "SQLITE_FULL") return cannot(file, "the disk is full", error);
	return cannot(file, error instanceof Error ? error.message : String(error), error);
}

function cannot(file: string, why: string, cause?: unknown): OperatorError {
	return new OperatorError("failed", `The database ${file} cannot be used: ${why}.`, { cause });
}

const SCRUB_PATIENCE_MS = 6000;
const SCRUB_PAUSE_MS = 250;

/**
 * `secure_delete` has overwritten the deleted rows in their pages. What is left of them is in unused parts of
 * other pages until the file is written anew, and in the write-ahead log until it is emptied, which a reader
 * that stays in the past can prevent.
 */
async function scrub(writer: Handle, largest: number): Promise<Purged> {
	const deadline = performance.now() + SCRUB_PATIENCE_MS;
	const isTooLarge = bytesOf(writer.get()) > largest;
	const steps = [
		(database: SqliteFile.Database) => {
			if (isTooLarge) return true;
			const before = database.pragma("temp_store", { simple: true });
			database.pragma("temp_store=FILE");
			try {
				database.exec("VACUUM");
			} finally {
				database.pragma(`temp_store=${before}`);
			}
			return true;
		},
		(database: SqliteFile.Database) => {
			const [result] = database.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
			return result?.busy === 0;
		},
	];
	for (const step of steps) {
		const obstacle = await poll(() => attempt(writer, step), {
			isDone: (found) => found === null,
			patience_ms: deadline - performance.now(),
			pause: { first_ms: SCRUB_PAUSE_MS },
		});
		if (obstacle !== null) return { clean: false, reason: obstacle };
	}
	if (isTooLarge)
		return { clean: false, reason: "the file is too large to be written anew while it is served" };
	return {
		clean: true,
		remains:
			"The rows that were deleted are gone from the database's files too. Backups that you made keep what they hold.",
	};
}

function bytesOf(database: SqliteFile.Database): number {
	const pages = Number(database.pragma("page_count", { simple: true }));
	return pages * Number(database.pragma("page_size", { simple: true }));
}

/** @returns null when the step is done, else what stands in its way */
function attempt(writer: Handle, step: (database: SqliteFile.Database) => boolean): string | null {
	const database = writer.get();
	const before = database.pragma("busy_timeout", { simple: true });
	// Waiting is the caller's: SQLite's own would hold up everything else in this process.
	database.pragma("busy_timeout=0");
	try {
		return step(database) ? null : "another program is still reading the database";
	} catch (error) {
		writer.translate(error);
		const code = errorCode(error);
		if (code?.startsWith("SQLITE_BUSY")) return "another program is still writing to the database";
		if (code === "SQLITE_FULL") return "the disk has no room to write the database anew";
		if (code) return `the database reported ${code}`;
		throw error;
	} finally {
		database.pragma(`busy_timeout=${before}`);
		writer.settle();
	}
}
