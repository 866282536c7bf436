import { type Kysely, sql } from "kysely";

export type Column = { name: string; type: string; not_null: boolean; default: string | null };
type Index = { name: string; unique: boolean; columns: readonly string[] };
type Table = { columns: ReadonlyMap<string, Column>; indexes: ReadonlyMap<string, Index> };

/** The tables that a database has, by name. */
export type Catalogue = ReadonlyMap<string, Table>;

/** Reads what is really there. */
export async function readCatalogue<Tables>(db: Kysely<Tables>): Promise<Catalogue> {
	const columns = await sql<{
		table: string;
		name: string;
		type: string;
		not_null: number;
		default: string | null;
	}>`
		SELECT t.name AS "table", c.name, c.type, c."notnull" AS not_null, c.dflt_value AS "default"
		FROM sqlite_schema t, pragma_table_xinfo(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
		ORDER BY t.name, c.cid`.execute(db);
	const indexes = await sql<{ table: string; name: string; unique: number; column: string | null }>`
		SELECT t.name AS "table", i.name, i."unique", c.name AS "column"
		FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
		WHERE t.type = 'table'
		ORDER BY t.name, i.name, c.seqno`.execute(db);

	const catalogue = new Map<string, { columns: Map<string, Column>; indexes: Map<string, Index> }>();
	for (const { table, name, type, not_null, default: value } of columns.rows) {
		const entry = catalogue.get(table) ?? { columns: new Map(), indexes: new Map() };
		entry.columns.set(name, { name, type, not_null: not_null === 1, default: value });
		catalogue.set(table, entry);
	}
	for (const { table, name, unique, column } of indexes.rows) {
		const known = catalogue.get(table)?.indexes;
		const before = known?.get(name)?.columns ?? [];
		known?.set(name, { name, unique: unique === 1, columns: [...before, column ?? "(expression)"] });
	}
	return catalogue;
}
