import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { quoteName } from "../../db/quote-name.ts";
import { isBookkeeping } from "../../migrations/ledger/ledger-schema.ts";
import { ledgerOf } from "../../migrations/steps/run-context.ts";
import { readSystemCatalogue } from "../../migrations/system-catalogue/read-catalogue.ts";

/** The rows of each table, each row as one line of JSON with its columns in order, the lines sorted. */
export type EveryRow = Readonly<Record<string, readonly string[]>>;

/**
 * Every value of a database, as the database itself writes it, without the migrations' own record. The order
 * of columns does not count: a column that went and came back is the last one.
 */
export async function everyRow(database: Database): Promise<EveryRow> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	const all: Record<string, readonly string[]> = {};
	for (const table of [...catalogue.keys()].filter((name) => !isBookkeeping(name)).toSorted()) {
		// PostgreSQL writes a time with all its digits only by itself.
		const { rows } =
			database.dialect.name === "postgres"
				? await sql
						.raw<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${quoteName(table)} AS t`)
						.execute(db)
				: await sql.raw<object>(`SELECT * FROM ${quoteName(table)}`).execute(db);
		all[table] = rows
			.map((row) => ("row" in row && typeof row.row === "string" ? (JSON.parse(row.row) as object) : row))
			.map((row) =>
				JSON.stringify(Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
			)
			.toSorted();
	}
	return all;
}
