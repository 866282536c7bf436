import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import { OperatorError } from "../operator-error.ts";
import { type Database, type DatabaseUrl, errorCode, jsonRows, type Scrubbed } from "./dialect.ts";
import { createHandle, type Handle, kyselyDialect } from "./dialect-sqlite.ts";
import { setColumnDefault } from "./dialect-sqlite-default.ts";
import type { Schema } from "./schema.ts";

/**
 * What every connection must hold to. The driver's build runs WAL at synchronous NORMAL unless told otherwise, and that
 * loses acknowledged answers when the power fails, so everything is set by hand and read back.
 */
const REQUIRED = [
	{ pragma: "synchronous", set: "FULL", holds: 2 },
	{ pragma: "foreign_keys", set: "ON", holds: 1 },
	{ pragma: "secure_delete", set: "ON", holds: 1 },
	{ pragma: "trusted_schema", set: "OFF", holds: 0 },
] as const;

const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the database and checks that it keeps what it is given.
 * @throws OperatorError in one sentence when it cannot be opened or does not hold to what durability needs
 */
export async function openDatabase(url: DatabaseUrl): Promise<Database> {
	const file = resolve(url.file);
	checkPlace(file);
	await switchToWal(file);

	const handles = connectAll(file);
	const { writer } = handles;
	const db = new Kysely<Schema>({ dialect: kyselyDialect(writer, "begin immediate") });
	const reader = new Kysely<Schema>({ dialect: kyselyDialect(handles.reader, "begin") });
	const lookups = new Kysely<Schema>({ dialect: kyselyDialect(handles.lookups, "begin") });
	return {
		db,
		reader,
		lookups,
		dialect: {
			name: "sqlite",
			now: "strftime('%Y-%m-%dT%H:%M:%fZ','now')",
			setColumnDefault: (table, column, expression) =>
				setColumnDefault(writer.get(), table, column, expression),
			rows: jsonRows,
			// A transaction that begins immediate has the whole file to itself.
			lockSessions: async () => {},
			scrub: () => scrub(writer),
		},
		async close() {
			for (const kysely of [lookups, reader, db]) await kysely.destroy();
			// Kysely closes only what was used. The writer comes last: it empties the write-ahead log.
			for (const handle of [handles.lookups, handles.reader, writer]) handle.close();
		},
	};
}

/** A connection that is lost is lost for all: they share the file's write-ahead log. */
function connectAll(file: string): Record<"writer" | "reader" | "lookups", Handle> {
	const handles: Handle[] = [];
	const open = (options: { query_only?: boolean }) => {
		const handle = createHandle(
			() => connect(file, options),
			() => {
				for (const other of handles) other.lose();
			},
		);
		handles.push(handle);
		return handle;
	};
	try {
		return { writer: open({}), reader: open({ query_only: true }), lookups: open({ query_only: true }) };
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

/** Switching to WAL needs the file alone for a moment and does not wait for it, so processes that start at once take turns. */
async function switchToWal(file: string): Promise<void> {
	const deadline = performance.now() + BUSY_TIMEOUT_MS;
	for (;;) {
		const problem = tryWal(file);
		if (problem === null) return;
		if (performance.now() > deadline) throw problem;
		await sleep(20 + Math.random() * 80);
	}
}

/** @returns null when the file is in WAL mode; the error to report if it stays busy. */
function tryWal(file: string): OperatorError | null {
	let database: SqliteFile.Database | null = null;
	try {
		database = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS });
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

function connect(file: string, options: { query_only?: boolean }): SqliteFile.Database {
	let database: SqliteFile.Database | null = null;
	try {
		database = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS });
		database.pragma(`busy_timeout=${BUSY_TIMEOUT_MS}`);
		for (const { pragma, set } of REQUIRED) database.pragma(`${pragma}=${set}`);
		if (options.query_only) database.pragma("query_only=ON");
		checkPragmas(file, database, options.query_only ?? false);
		return database;
	} catch (error) {
		database?.close();
		throw explain(file, error);
	}
}

function checkPragmas(file: string, database: SqliteFile.Database, query_only: boolean): void {
	const expected = [
		{ pragma: "journal_mode", holds: "wal" },
		{ pragma: "busy_timeout", holds: BUSY_TIMEOUT_MS },
		{ pragma: "query_only", holds: query_only ? 1 : 0 },
		...REQUIRED,
	];
	for (const { pragma, holds } of expected) {
		const found = database.pragma(pragma, { simple: true });
		if (found !== holds) {
			throw cannot(
				file,
				`its setting ${pragma} reads ${found} where ${holds} is needed to keep answers safe`,
			);
		}
	}
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

const SCRUB_TRIES = 20;
const SCRUB_PAUSE_MS = 250;

/**
 * `secure_delete` has overwritten the deleted rows in their pages; their older copies are in the write-ahead log until it is
 * emptied, which a reader that stays in the past can prevent, and in unused parts of pages until the file is written anew.
 */
async function scrub(writer: Handle): Promise<Scrubbed> {
	let reason = "";
	for (let tries = 0; tries < SCRUB_TRIES; tries += 1) {
		if (tries > 0) await sleep(SCRUB_PAUSE_MS);
		try {
			const database = writer.get();
			database.exec("VACUUM");
			const [result] = database.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
			if (result?.busy === 0) return { clean: true };
			reason = "another program is still reading the database";
		} catch (error) {
			writer.translate(error);
			writer.settle();
			const code = errorCode(error);
			if (!code) throw error;
			reason = code.startsWith("SQLITE_BUSY")
				? "another program is still writing to the database"
				: code === "SQLITE_FULL"
					? "the disk has no room to write the database anew"
					: `the database reported ${code}`;
		}
	}
	return { clean: false, reason };
}
