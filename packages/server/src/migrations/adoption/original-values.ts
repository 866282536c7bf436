import { type Kysely, type RawBuilder, sql } from "kysely";
import type { DatabaseDialect } from "../../db/dialect.ts";
import { KEPT } from "../../db/schema.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { Tx } from "../migration.ts";
import { dropKept, keptName } from "../steps/undo-tables.ts";
import { readSystemCatalogue, type SystemCatalogue } from "../system-catalogue/read-catalogue.ts";

// Values as they were before the adoption repaired them, in tables of their own: undoing it puts them back.
// Like everything that undoing needs, these are dropped by `migrate prune`.

export const MIGRATION = 3;

/** The table that keeps the original values of another one. */
export function originalsTable(table: string): string {
	return keptName(MIGRATION, table);
}

const FACTS = originalsTable("facts");

/** What is there inside a transaction. */
export function catalogueOf(tx: Tx, dialect: DatabaseDialect): Promise<SystemCatalogue> {
	return readSystemCatalogue<LedgerSchema>(tx, dialect.name);
}

/** Whether there is such a table. */
export async function hasTable(
	db: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	table: string,
): Promise<boolean> {
	const { rows } =
		dialect.name === "sqlite"
			? await sql`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${table}`.execute(db)
			: await sql`SELECT 1 WHERE to_regclass(${table}) IS NOT NULL`.execute(db);
	return rows.length > 0;
}

/**
 * Makes a table for original values, unless it is there.
 * @param columns what stands between the brackets of CREATE TABLE, or a query that gives no row and tells them
 */
export async function createOriginalsTable(
	tx: Tx,
	dialect: DatabaseDialect,
	table: string,
	columns: string | RawBuilder<unknown>,
): Promise<void> {
	if (await hasTable(tx, dialect, table)) return;
	const definition = typeof columns === "string" ? sql.raw(`(${columns})`) : sql`AS ${columns}`;
	await sql`CREATE TABLE ${sql.raw(table)} ${definition}`.execute(tx);
	await tx
		.insertInto(KEPT)
		.values({
			table_name: table,
			migration: MIGRATION,
			kept_at: sql<string>`${sql.raw(dialect.now)}`,
			rows: 0,
		})
		.onConflict((there) => there.column("table_name").doUpdateSet({ migration: MIGRATION }))
		.execute();
}

/** Notes how many rows a table of original values has gained. */
export async function countOriginals(tx: Tx, table: string, more: number): Promise<void> {
	await tx
		.updateTable(KEPT)
		.set((row) => ({ rows: row("rows", "+", more) }))
		.where("table_name", "=", table)
		.execute();
}

/** Records a fact of the schema as it was before the adoption, once: what was recorded first counts. */
export async function recordOriginalFact(
	tx: Tx,
	dialect: DatabaseDialect,
	name: string,
	value: unknown,
): Promise<void> {
	await createOriginalsTable(tx, dialect, FACTS, "name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL");
	await sql`
		INSERT INTO ${sql.table(FACTS)} (name, value) VALUES (${name}, ${JSON.stringify(value)})
		ON CONFLICT (name) DO NOTHING`.execute(tx);
}

/** A recorded fact; undefined when there is none. */
export async function readOriginalFact(tx: Tx, dialect: DatabaseDialect, name: string): Promise<unknown> {
	if (!(await hasTable(tx, dialect, FACTS))) return undefined;
	const { rows } = await sql<{ value: string }>`
		SELECT value FROM ${sql.table(FACTS)} WHERE name = ${name}`.execute(tx);
	return rows[0] && (JSON.parse(rows[0].value) as unknown);
}

/** Drops the facts, at the end of an undo. */
export async function dropOriginalFacts(tx: Tx): Promise<void> {
	await dropKept(tx, FACTS);
}

/** How many responses there are beyond those whose details are there too: what came in past this program. */
export async function responsesWithoutDetails(db: Kysely<LedgerSchema>): Promise<number> {
	const { rows } = await sql<{ n: number }>`
		SELECT (SELECT count(*) FROM student_responses) - (SELECT count(*) FROM session_details) AS n`.execute(
		db,
	);
	return Number(rows[0]?.n ?? 0);
}
