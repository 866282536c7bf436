import { join, resolve } from "node:path";
import type { Config } from "./config.ts";
import { type ErasureMemory, openErasureMemory } from "./db/erasures/memory.ts";
import { dataHome } from "./migrations/backup/folder.ts";
import { addressOf } from "./migrations/backup/postgres-connection.ts";

/**
 * The memory of erasures that belongs to a database: beside the file of SQLite; for PostgreSQL in the folder of
 * this user's data (`~/.local/share/carhythm/erasures`), named after server and database.
 * @returns null where it has no key and none can be made
 */
export function erasureMemoryOf(
	config: Pick<Config, "database_url" | "erasure_key" | "erasure_memory">,
): ErasureMemory | null {
	const base = config.erasure_memory === null ? usualPlace(config) : resolve(config.erasure_memory);
	return openErasureMemory({ base, key: config.erasure_key });
}

function usualPlace({ database_url }: Pick<Config, "database_url">): string {
	if (database_url.dialect === "sqlite") return resolve(database_url.file);
	const { database, environment } = addressOf(database_url.url);
	const name = [environment["PGHOST"], environment["PGPORT"], database].join("-");
	return join(dataHome(), "carhythm", "erasures", name.replace(/[^\w.-]+/g, "_"));
}
