import { type Kysely, sql } from "kysely";
import type { FoundTable } from "../dialect.ts";
import type { Schema } from "../schema.ts";

type Row = {
	schema: string;
	here: boolean;
	name: string;
	columns: string | null;
	readable: boolean;
	keys: string | null;
};
type Key = { columns: string[]; schema: string; table: string; to: string[]; on_delete: string };

/**
 * Every table of every schema with its columns and foreign keys, whichever program made it; materialized
 * views too, because they hold copies.
 */
export async function findPostgresTables(db: Kysely<Schema>): Promise<FoundTable[]> {
	const { rows } = await sql<Row>`
		SELECT n.nspname AS schema, n.nspname = current_schema() AS here, c.relname AS name,
			(SELECT json_agg(a.attname ORDER BY a.attnum)::text FROM pg_catalog.pg_attribute a
				WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
			has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
			(SELECT json_agg(json_build_object(
				'columns', (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u (attnum, place)
					JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
				'schema', pn.nspname, 'table', p.relname,
				'to', (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY u (attnum, place)
					JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum),
				'on_delete', CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
					WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE 'set default' END))::text
				FROM pg_catalog.pg_constraint k
				JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
				JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
				WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0) AS keys
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
			AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
		ORDER BY 1, 3`.execute(db);
	const here = rows.find((row) => row.here)?.schema;
	const placeOf = (schema: string) => (schema === here ? null : schema);
	return rows.map(({ schema, name, columns, readable, keys }) => ({
		schema: placeOf(schema),
		name,
		columns: JSON.parse(columns ?? "[]") as string[],
		readable,
		foreign_keys: (JSON.parse(keys ?? "[]") as Key[]).map((key) => ({
			columns: key.columns,
			table: { schema: placeOf(key.schema), name: key.table },
			to: key.to,
			on_delete: key.on_delete,
		})),
	}));
}
