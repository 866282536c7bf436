import { createHash } from "node:crypto";
import { setImmediate as pause } from "node:timers/promises";
import SqliteFile from "better-sqlite3";
import { LEDGER } from "../../db/schema.ts";
import { OperatorError } from "../../operator-error.ts";
import { differences, type TableContent } from "./manifest.ts";

/** All that a file holds, to compare one with another. */
export type SqliteContent = {
	tables: Record<string, TableContent>;
	schema: string;
	newest_migration: number | null;
};

const ROWS_AT_ONCE = 20_000;
const BYTES_AT_ONCE = 65_536;

/** Opens a file for reading alone: not one byte of it changes. */
export function openReadOnly(file: string): SqliteFile.Database {
	try {
		const database = new SqliteFile(file, { readonly: true, fileMustExist: true, timeout: 5000 });
		try {
			database.pragma("trusted_schema=OFF");
			database.prepare("SELECT count(*) FROM sqlite_schema").get();
			return database;
		} catch (error) {
			database.close();
			throw error;
		}
	} catch (error) {
		throw explain(file, error);
	}
}

/** The error of SQLite as a sentence; any other error stays what it is. */
export function explain(file: string, error: unknown): unknown {
	if (!(error instanceof SqliteFile.SqliteError)) return error;
	const why = SENTENCES.find(([code]) => error.code.startsWith(code))?.[1] ?? error.message;
	return new OperatorError("failed", `${file} cannot be used: ${why}.`, { cause: error });
}

const SENTENCES: readonly (readonly [string, string])[] = [
	["SQLITE_NOTADB", "it is not an SQLite database"],
	["SQLITE_CORRUPT", "it is damaged"],
	["SQLITE_BUSY", "another program keeps it locked"],
	["SQLITE_FULL", "the disk is full"],
	[
		"SQLITE_READONLY_ROLLBACK",
		"the program that last wrote to it was stopped in the middle; start that program once, so that it puts its file right",
	],
	["SQLITE_READONLY", "this user may not write to its folder, which reading needs in its journal mode"],
	["SQLITE_CANTOPEN", "this user may not read it, or may not write to its folder"],
];

/** Reads every row. For a content of one moment, inside a transaction. */
export async function readContent(database: SqliteFile.Database): Promise<SqliteContent> {
	const names = database
		.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name")
		.pluck()
		.all() as string[];
	const tables: Record<string, TableContent> = {};
	for (const name of names) tables[name] = await readTable(database, name);
	return { tables, schema: hashSchema(database), newest_migration: newestMigration(database, names) };
}

/**
 * Hashes the rows in the order of their keys, every value with its type and its length, so that no two
 * contents look alike.
 */
async function readTable(database: SqliteFile.Database, name: string): Promise<TableContent> {
	const hash = createHash("sha256");
	let waiting = "";
	let rows = 0;
	// Without NOT INDEXED an index that covers the table would decide the order.
	const statement = database.prepare(`SELECT * FROM "${name.replaceAll('"', '""')}" NOT INDEXED`);
	for (const row of statement.raw().safeIntegers().iterate() as Iterable<unknown[]>) {
		for (const value of row) waiting += tagged(value);
		waiting += "\n";
		rows += 1;
		if (waiting.length > BYTES_AT_ONCE) {
			hash.update(waiting);
			waiting = "";
		}
		if (rows % ROWS_AT_ONCE === 0) await pause();
	}
	return { rows, hash: hash.update(waiting).digest("hex") };
}

function tagged(value: unknown): string {
	if (value === null) return "n";
	if (typeof value === "string") return `t${value.length}:${value}`;
	if (value instanceof Uint8Array) return `b${value.length}:${Buffer.from(value).toString("hex")}`;
	return typeof value === "bigint" ? `i${value};` : `r${value};`;
}

function hashSchema(database: SqliteFile.Database): string {
	const parts = database
		.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
		.raw()
		.all();
	const numbers = ["user_version", "application_id"].map((name) => database.pragma(name, { simple: true }));
	return createHash("sha256")
		.update(JSON.stringify([parts, numbers]))
		.digest("hex");
}

function newestMigration(database: SqliteFile.Database, tables: readonly string[]): number | null {
	if (!tables.includes(LEDGER)) return null;
	return database.prepare(`SELECT max(migration) FROM ${LEDGER}`).pluck().get() as number | null;
}

/**
 * Reads a copy from its file and holds it against what it should be.
 * @throws OperatorError `difference` when it is anything else
 */
export async function proveCopy(
	file: string,
	expected: Pick<SqliteContent, "tables"> & { schema: string | null },
): Promise<void> {
	const copy = openReadOnly(file);
	try {
		const found = await readContent(copy);
		const problems = differences(expected.tables, found.tables);
		if (expected.schema !== found.schema) problems.push("the definitions of its tables differ");
		const report = copy.pragma("integrity_check(3)", { simple: true });
		if (report !== "ok") problems.push(`SQLite's own check says: ${report}`);
		if (problems.length > 0) throw unlike(file, problems.join("; "));
	} catch (error) {
		if (error instanceof SqliteFile.SqliteError) throw unlike(file, error.message);
		throw error;
	} finally {
		copy.close();
	}
}

function unlike(file: string, problem: string): OperatorError {
	return new OperatorError("difference", `The copy ${file} is not what it should be: ${problem}.`);
}
