import SqliteFile from "better-sqlite3";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { runSql } from "../postgres/a-postgres.ts";

/** A row as its database itself writes it: nothing is read into it. */
export type RawRow = Readonly<Record<string, unknown>>;

/** A database as another program than this one uses it. */
export type RawStore = {
	exec: (statements: readonly string[]) => Promise<void>;
	/** Rows as the database writes them, in the order of their first column. */
	rows: (table: string) => Promise<readonly RawRow[]>;
	tables: () => Promise<readonly string[]>;
	columns: (table: string) => Promise<ReadonlySet<string>>;
};

export function rawStore(url: DatabaseUrl): RawStore {
	return url.dialect === "sqlite" ? sqliteStore(url.file) : postgresStore(url.url);
}

function sqliteStore(file: string): RawStore {
	const use = <T>(work: (database: SqliteFile.Database) => T): T => {
		const database = new SqliteFile(file);
		// The existing product never turned them on.
		database.pragma("foreign_keys = OFF");
		database.pragma("synchronous = OFF");
		try {
			return work(database);
		} finally {
			database.close();
		}
	};
	return {
		exec: async (statements) =>
			use((database) => {
				for (const text of statements) database.exec(text);
			}),
		rows: async (table) =>
			use((database) => database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all() as RawRow[]),
		tables: async () =>
			use(
				(database) =>
					database
						.prepare(
							"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
						)
						.pluck()
						.all() as string[],
			),
		columns: async (table) =>
			use((database) => {
				const names = database.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table);
				return new Set(names as string[]);
			}),
	};
}

function postgresStore(address: string): RawStore {
	const query = (text: string) => runSql(address, `SET TimeZone = 'UTC'; ${text}`);
	return {
		exec: async (statements) => {
			if (statements.length > 0) await query(statements.join(";\n"));
		},
		rows: async (table) => {
			const rows = await query(`SELECT row_to_json(t)::text AS row FROM ${table} AS t ORDER BY 1`);
			const parsed = rows.map(({ row }) => JSON.parse(String(row)) as RawRow);
			return parsed.toSorted((a, b) => Number(a["id"] ?? 0) - Number(b["id"] ?? 0));
		},
		tables: async () => {
			const rows = await query(
				"SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1",
			);
			return rows.map(({ table_name }) => String(table_name));
		},
		columns: async (table) => {
			const rows = await query(
				`SELECT column_name FROM information_schema.columns WHERE table_name = '${table}'`,
			);
			return new Set(rows.map(({ column_name }) => String(column_name)));
		},
	};
}
