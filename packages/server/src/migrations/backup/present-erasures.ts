import { existsSync } from "node:fs";
import { resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import type { DatabaseUrl } from "../../db/dialect.ts";
import type { Erasure } from "../../db/erasures/memory.ts";
import type { LogHead } from "../../db/operator-log/read.ts";
import { addressOf, withClient } from "./postgres-connection.ts";

/** What the database that a restore replaces knows, and the restored one must not lose. */
export type Present = {
	erasures: Erasure[];
	/** How far the operators' log had come; null where there is none. */
	log: LogHead | null;
};

const NOTHING: Present = { erasures: [], log: null };
const ERASURES = "select session_hash, key_id, erased_at from erasures";
const HEAD = "select events, hash from operator_log_head where id = 1";

/**
 * Reads it before the restore, without changing anything.
 * @returns null for a database that cannot be read
 */
export async function readPresent(url: DatabaseUrl): Promise<Present | null> {
	try {
		return url.dialect === "sqlite" ? readSqlite(resolve(url.file)) : await readPostgres(url.url);
	} catch {
		// A restore is what such a database needs. The file beside it remembers erasures too.
		return null;
	}
}

function readSqlite(file: string): Present {
	if (!existsSync(file)) return NOTHING;
	const database = new SqliteFile(file, { readonly: true });
	try {
		const has = database.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").pluck();
		const erasures = has.get("erasures") ? (database.prepare(ERASURES).all() as Erasure[]) : [];
		const log = has.get("operator_log_head") ? (database.prepare(HEAD).get() as LogHead | undefined) : null;
		return { erasures, log: log ?? null };
	} finally {
		database.close();
	}
}

function readPostgres(url: string): Promise<Present> {
	return withClient(addressOf(url), async (client) => {
		const has = async (table: string) => {
			const { rows } = await client.query("select to_regclass($1) as found", [table]);
			return Boolean(rows[0]?.found);
		};
		const found = (await has("erasures")) ? (await client.query(ERASURES)).rows : [];
		const heads = (await has("operator_log_head")) ? (await client.query<LogHead>(HEAD)).rows : [];
		const erasures = found.map((row) => ({ ...row, erased_at: new Date(row.erased_at).toISOString() }));
		return { erasures: erasures as Erasure[], log: heads[0] ?? null };
	});
}
