import { type Insertable, type RawBuilder, sql } from "kysely";
import type { ColumnType, DatabaseDialect } from "./dialect.ts";
import type { Schema, Tx } from "./schema.ts";

// Many rows in one statement. A column is spelled once, with its type: one that is forgotten in the rows is a
// compile error, and none can be forgotten in the SQL.

type Table = keyof Schema;

/**
 * Columns of a table with their types, for example `{ response_id: "integer", at: "time" }`. A constant: the
 * SQL is made once for it.
 */
type Columns<T extends Table> = { readonly [C in keyof Schema[T] & string]?: ColumnType };

/** A row with exactly these columns. */
type Row<T extends Table, C> = {
	readonly [K in keyof C & keyof Insertable<Schema[T]>]-?: Exclude<Insertable<Schema[T]>[K], undefined>;
};

/**
 * What a statement does with its rows: the text before and behind the table that {@link DatabaseDialect.rows}
 * makes of them.
 */
type Statement = { before: RawBuilder<unknown>; behind: RawBuilder<unknown> };

const statements = new WeakMap<object, Map<string, Statement>>();

/** The same text for the same columns every time, so that the database prepares it once. */
function statementOf(columns: object, name: string, make: () => [string, string]): Statement {
	const known = statements.get(columns) ?? new Map<string, Statement>();
	statements.set(columns, known);
	const found = known.get(name);
	if (found) return found;
	const [before, behind] = make();
	const statement = { before: sql.raw(before), behind: sql.raw(behind) };
	known.set(name, statement);
	return statement;
}

const listOf = (columns: object, each: (name: string) => string = (name) => name) =>
	Object.keys(columns).map(each).join(", ");

/** Appends rows. */
export async function bulkInsert<T extends Table, const C extends Columns<T>>(
	tx: Tx,
	dialect: DatabaseDialect,
	table: T,
	columns: C,
	rows: readonly Row<T, C>[],
): Promise<void> {
	if (rows.length === 0) return;
	const { before, behind } = statementOf(columns, `insert ${table}`, () => {
		const list = listOf(columns);
		return [`insert into ${table} (${list}) select ${list} from `, " as v where true"];
	});
	await sql`${before}${dialect.rows(typesOf(columns), rows)}${behind}`.execute(tx);
}

/**
 * Appends rows, or replaces the other columns where a row of the same key is there.
 * @param key the columns of a unique index
 */
export async function bulkUpsert<T extends Table, const C extends Columns<T>>(
	tx: Tx,
	dialect: DatabaseDialect,
	table: T,
	key: readonly (keyof C & string)[],
	columns: C,
	rows: readonly Row<T, C>[],
): Promise<void> {
	if (rows.length === 0) return;
	const { before, behind } = statementOf(columns, `upsert ${table}`, () => {
		const list = listOf(columns);
		const others = Object.keys(columns).filter((name) => !(key as readonly string[]).includes(name));
		const set = others.map((name) => `${name} = excluded.${name}`).join(", ");
		return [
			`insert into ${table} (${list}) select ${list} from `,
			` as v where true on conflict (${key.join(", ")}) do update set ${set}`,
		];
	});
	await sql`${before}${dialect.rows(typesOf(columns), rows)}${behind}`.execute(tx);
}

/** Changes the other columns of the rows that have the key of a given one. */
export async function bulkUpdate<T extends Table, const C extends Columns<T>>(
	tx: Tx,
	dialect: DatabaseDialect,
	table: T,
	key: keyof C & string,
	columns: C,
	rows: readonly Row<T, C>[],
): Promise<void> {
	if (rows.length === 0) return;
	const { before, behind } = statementOf(columns, `update ${table}`, () => {
		const { [key]: _, ...others } = columns;
		const set = listOf(others, (name) => `${name} = v.${name}`);
		return [`update ${table} set ${set} from `, ` as v where ${table}.${key} = v.${key}`];
	});
	await sql`${before}${dialect.rows(typesOf(columns), rows)}${behind}`.execute(tx);
}

/** Deletes the rows that have the key of a given one. */
export async function bulkDelete<T extends Table, const C extends Columns<T>>(
	tx: Tx,
	dialect: DatabaseDialect,
	table: T,
	key: C,
	rows: readonly Row<T, C>[],
): Promise<void> {
	if (rows.length === 0) return;
	const { before, behind } = statementOf(key, `delete ${table}`, () => {
		const list = listOf(key);
		return [`delete from ${table} where (${list}) in (select ${list} from `, " as v)"];
	});
	await sql`${before}${dialect.rows(typesOf(key), rows)}${behind}`.execute(tx);
}

/** A key that is optional in the type of all columns is there in a constant. */
function typesOf(columns: object): Readonly<Record<string, ColumnType>> {
	return columns as Readonly<Record<string, ColumnType>>;
}
