import { type Kysely, sql } from "kysely";

/** The views of PostgreSQL that read any of these columns; while they do, the columns' types are fast. */
export async function viewsOn<Tables>(
	db: Kysely<Tables>,
	table: string,
	columns: readonly string[],
): Promise<string[]> {
	const { rows } = await sql<{ view: string }>`
		SELECT DISTINCT v.relname AS view
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
		JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
		JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
		WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refobjid = to_regclass(${table})
			AND v.relname <> ${table} AND a.attname IN (${sql.join(columns)})
		ORDER BY 1`.execute(db);
	return rows.map(({ view }) => view);
}
