import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Database, DatabaseUrl } from "./dialect.ts";
import { openPostgres } from "./open-postgres.ts";
import { openSqlite } from "./open-sqlite.ts";

/**
 * Opens the database and checks that it keeps what it is given.
 * @throws OperatorError in one sentence when it cannot be opened or does not hold to what durability needs
 */
export function openDatabase(url: DatabaseUrl): Promise<Database> {
	return url.dialect === "sqlite" ? openSqlite(url.file) : openPostgres(url.url);
}

/**
 * Whether there is a database to open: opening a file that is not there makes it. A database on a server is never made, so
 * there only opening it tells.
 */
export function databaseExists(url: DatabaseUrl): boolean {
	return url.dialect === "postgres" || existsSync(resolve(url.file));
}
