import { sql } from "kysely";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { Actions, IndexStep, Lock, Task, WholeStep } from "../migration.ts";
import { readSystemCatalogue, type Table } from "../system-catalogue/read-catalogue.ts";
import { columnExists, indexExists, tableExists } from "./probes.ts";
import { bringBack, keepTable } from "./undo-tables.ts";

/**
 * What stands between the brackets of CREATE TABLE, one column or constraint a line, as SQLite is told it.
 * `TIME` is the type of an `Instant`: text on SQLite, a timestamp on PostgreSQL.
 */
type Definition = string;

/**
 * A step that creates one of the tables which this program adds. What an undone migration kept of it comes back.
 * @param options.wide whether its ids may outgrow four bytes
 */
export function createTable(
	migration: number,
	name: string,
	definition: Definition,
	options: { wide?: boolean } = {},
): WholeStep {
	const lines = linesOf(definition);
	refuseTextTimes(name, lines);
	const back = bringBack(migration, name);
	const drop = keepTable(migration, name);
	return {
		id: `table_${name}`,
		mode: "whole",
		about: `creates the table ${name}`,
		probe: tableExists(name, columnsOf(lines)),
		locks: referenced(definition).map((table) => ({ table, mode: "ShareRowExclusiveLock" })),
		actions: {
			sqlite: [createSql(name, lines.map(forSqlite)), back],
			postgres: [createSql(name, lines.map(forPostgres(options.wide ?? false))), back],
		},
		undo: { sqlite: [drop], postgres: [drop] },
	};
}

/**
 * A step that creates a table of the existing product, or adds the columns that a database of an earlier
 * state of that product lacks. It is never undone: these tables are not ours.
 */
export function predecessorTable(name: string, definition: Definition): WholeStep {
	const lines = linesOf(definition);
	return {
		id: `table_${name}`,
		mode: "whole",
		about: `creates the table ${name}, or adds the columns that it lacks`,
		probe: (catalogue) => {
			const table = catalogue.get(name);
			if (!table) return "todo";
			const missing = lines.filter((line) => !table.columns.has(columnOf(line) ?? ""));
			const needed = missing.find((line) => /not null/i.test(line));
			if (needed) {
				return {
					conflict: `the table ${name} exists without the column ${columnOf(needed)}, which cannot be made up`,
				};
			}
			return missing.length === 0 ? "done" : "todo";
		},
		locks: referenced(definition).map((table) => ({ table, mode: "ShareRowExclusiveLock" })),
		actions: {
			sqlite: [createOrComplete(name, lines)],
			postgres: [createOrComplete(name, lines.map(forPostgres(false)))],
		},
	};
}

function createOrComplete(name: string, lines: readonly string[]): Task {
	const create = createSql(name, lines);
	const missingIn = (found: Table) => lines.filter((line) => !found.columns.has(columnOf(line) ?? ""));
	// SQLite takes no computed default on a table with rows; what is added has none, for old rows had none either.
	const addColumnSql = (line: string) =>
		`ALTER TABLE ${name} ADD COLUMN ${line.replace(/ DEFAULT CURRENT_TIMESTAMP/i, "")}`;
	return {
		name: "create_or_complete",
		version: 1,
		sql: create,
		sqlFor: (catalogue) => {
			const found = catalogue.get(name);
			return found ? missingIn(found).map(addColumnSql) : [create];
		},
		async run(tx, { dialect, report }) {
			const found = (await readSystemCatalogue<LedgerSchema>(tx, dialect.name)).get(name);
			if (!found) {
				await sql.raw(create).execute(tx);
				return;
			}
			const missing = missingIn(found);
			for (const line of missing) await sql.raw(addColumnSql(line)).execute(tx);
			report(`${name}: added the missing columns ${missing.map(columnOf).join(", ")}`);
		},
	};
}

function createSql(name: string, lines: readonly string[]): string {
	return `CREATE TABLE ${name} (\n\t${lines.join(",\n\t")}\n)`;
}

/** A step that creates an index. `where` limits it to some rows. */
export function createIndex(
	name: string,
	table: string,
	columns: readonly string[],
	options: { unique?: boolean; where?: string } = {},
): IndexStep {
	const unique = options.unique ?? false;
	return {
		id: name,
		mode: "index",
		about: `builds the ${unique ? "unique " : ""}index ${name} on ${table} (${columns.join(", ")})`,
		probe: indexExists(table, name, columns, unique),
		locks: [{ table, mode: "ShareUpdateExclusiveLock" }],
		index: { name, table, columns, unique, where: options.where ?? null },
		undo: { sqlite: [`DROP INDEX IF EXISTS ${name}`], postgres: [`DROP INDEX IF EXISTS ${name}`] },
	};
}

/** A step of a few statements, none of which waits for rows. */
export function change(step: Omit<WholeStep, "mode" | "locks"> & { locks?: readonly Lock[] }): WholeStep {
	return { mode: "whole", locks: [], ...step };
}

/** Adds a column, the same way on both databases where nothing else is said. */
export function addColumn(
	table: string,
	column: string,
	type: { sqlite: string; postgres: string },
	more: { about?: string; before?: Actions; after?: Actions; locks?: readonly Lock[]; undo?: Actions },
): WholeStep {
	const statements = (dialect: keyof Actions) => [
		...(more.before?.[dialect] ?? []),
		`ALTER TABLE ${table} ADD COLUMN ${column} ${type[dialect]}`,
		...(more.after?.[dialect] ?? []),
	];
	return {
		id: `column_${column}`,
		mode: "whole",
		about: more.about ?? `adds the column ${column} to ${table}`,
		probe: columnExists(table, column),
		locks: [{ table, mode: "AccessExclusiveLock" }, ...(more.locks ?? [])],
		actions: { sqlite: statements("sqlite"), postgres: statements("postgres") },
		...(more.undo && { undo: more.undo }),
	};
}

function linesOf(definition: Definition): string[] {
	return definition
		.trim()
		.split("\n")
		.map((line) => line.trim().replace(/,$/, ""));
}

function columnsOf(lines: readonly string[]): string[] {
	return lines.map(columnOf).filter((column) => column !== undefined);
}

/** The column that a line defines; undefined for a constraint, which begins with a word in capitals. */
function columnOf(line: string): string | undefined {
	return /^([a-z_]+)\s/.exec(line)?.[1];
}

function referenced(definition: Definition): string[] {
	return [...new Set([...definition.matchAll(/REFERENCES (\w+)/g)].map((match) => match[1] ?? ""))];
}

/**
 * A time that is written as text would be text on PostgreSQL too, which compares it otherwise than the
 * moments beside it.
 */
function refuseTextTimes(table: string, lines: readonly string[]): void {
	const wrong = lines.find((line) => /^(at|since|\w+_at|\w+_time) TEXT\b/.test(line));
	if (wrong) throw new Error(`The table ${table} has the column “${wrong}”: give it the type TIME.`);
}

/** The same line as SQLite is told it. */
function forSqlite(line: string): string {
	return line.replace(/\bTIME\b/, "TEXT");
}

/** The same line as PostgreSQL is told it. */
function forPostgres(wide: boolean): (line: string) => string {
	const key = `${wide ? "BIGINT" : "INTEGER"} GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY`;
	return (line) =>
		line
			.replace(/^(id) INTEGER NOT NULL PRIMARY KEY/, `$1 ${key}`)
			.replace(/\b(TIME|DATETIME)\b/, "TIMESTAMP WITH TIME ZONE")
			.replace(/\bFLOAT\b/, "DOUBLE PRECISION")
			.replace(/json_valid\((\w+)\)/, "($1 IS NULL OR $1::json IS NOT NULL)");
}
