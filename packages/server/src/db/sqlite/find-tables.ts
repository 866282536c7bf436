import { type Kysely, sql } from "kysely";
import type { FoundTable } from "../dialect.ts";
import type { Schema } from "../schema.ts";

/**
 * Every table with its columns and foreign keys, whichever program made it. Among them is what ANALYZE keeps,
 * because it holds samples of values. Virtual tables are left out: what they hold is in tables beside them.
 */
export async function findSqliteTables(db: Kysely<Schema>): Promise<FoundTable[]> {
	const { rows } = await sql<{ name: string; columns: string; keys: string }>`
		SELECT t.name,
			(SELECT json_group_array(c.name) FROM pragma_table_xinfo(t.name) c) AS columns,
			(SELECT json_group_array(json_object('id', f.id, 'from', f."from", 'to', coalesce(f."to",
				(SELECT k.name FROM pragma_table_info(f."table") k WHERE k.pk = f.seq + 1)), 'table', f."table",
				'on_delete', lower(f.on_delete))) FROM pragma_foreign_key_list(t.name) f) AS keys
		FROM sqlite_schema t
		WHERE t.type = 'table' AND t.rootpage > 0
			AND (t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR t.name LIKE 'sqlite\\_stat%' ESCAPE '\\')
		ORDER BY t.name`.execute(db);
	const names = new Map(rows.map(({ name }) => [name.toLowerCase(), name]));
	return rows.map(({ name, columns, keys }) => ({
		schema: null,
		name,
		columns: JSON.parse(columns) as string[],
		readable: true,
		foreign_keys: keysOf(JSON.parse(keys) as KeyRow[], names),
	}));
}

type KeyRow = { id: number; from: string; to: string | null; table: string; on_delete: string };

/** A foreign key that names no column means the primary key. One to no column binds nothing. */
function keysOf(rows: readonly KeyRow[], names: ReadonlyMap<string, string>): FoundTable["foreign_keys"] {
	const ids = [...new Set(rows.map(({ id }) => id))];
	return ids.flatMap((id) => {
		const parts = rows.filter((row) => row.id === id);
		const table = names.get(parts[0]?.table.toLowerCase() ?? "");
		if (table === undefined) return [];
		return [
			{
				columns: parts.map(({ from }) => from),
				table: { schema: null, name: table },
				to: parts.map(({ to }) => to ?? ""),
				on_delete: parts[0]?.on_delete ?? "no action",
			},
		];
	});
}
