import { randomUUID } from "node:crypto";
import SqliteFile from "better-sqlite3";
import type { Client } from "pg";
import { SQLITE_NOW } from "../versions/002-phase-1-session-management.ts";

// A restored database holds less than the one that it takes the place of. Clients learn it by another
// incarnation id, and give again what is missing. A backup from before migration 6 gets its first one by
// `migrate up`.

const TABLE = "database_incarnations";

export function renewSqliteIncarnation(file: string): void {
	const database = new SqliteFile(file);
	try {
		const found = database
			.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
			.get(TABLE);
		if (!found) return;
		database.prepare(`INSERT INTO ${TABLE} (incarnation, since) VALUES (?, ${SQLITE_NOW})`).run(randomUUID());
		// The file alone is renamed: nothing of it may be in a log.
		database.pragma("wal_checkpoint(TRUNCATE)");
	} finally {
		database.close();
	}
}

export async function renewPostgresIncarnation(client: Client): Promise<void> {
	const { rows } = await client.query("select to_regclass($1) as found", [TABLE]);
	if (!rows[0]?.found) return;
	await client.query(`insert into ${TABLE} (incarnation, since) values ($1, now())`, [randomUUID()]);
}
