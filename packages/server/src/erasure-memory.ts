import { resolve } from "node:path";
import type { Config } from "./config.ts";
import { type ErasureMemory, openErasureMemory } from "./db/erasures/memory.ts";
import { usualErasurePlace } from "./migrations/backup/folder.ts";

/**
 * The memory of erasures that belongs to a database.
 * @returns null where it has no key and none can be made
 */
export function erasureMemoryOf(
	config: Pick<Config, "database_url" | "erasure_key" | "erasure_memory">,
): ErasureMemory | null {
	const { database_url, erasure_key, erasure_memory } = config;
	const base = erasure_memory === null ? usualErasurePlace(database_url) : resolve(erasure_memory);
	return openErasureMemory({ base, key: erasure_key });
}
