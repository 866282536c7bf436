import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Limits } from "../../limits.ts";
import type { DatabaseUrl } from "../dialect.ts";
import type { DiskRoom, DiskWatch } from "../store.ts";

/** At 50 new sessions a second a disk does not fill by much in this time. */
const LOOK_EVERY_MS = 5000;

/**
 * Watches the disk of an SQLite database. That of a PostgreSQL server is its operator's to watch: this program
 * cannot see it.
 */
export function createDiskWatch(
	database_url: DatabaseUrl,
	{ free_disk_mib, free_disk_percent }: Pick<Limits, "free_disk_mib" | "free_disk_percent">,
): DiskWatch | null {
	if (database_url.dialect !== "sqlite" || database_url.file === ":memory:") return null;
	const folder = dirname(database_url.file);
	let last: Promise<DiskRoom | null> = Promise.resolve(null);
	let looked_at = Number.NEGATIVE_INFINITY;
	const measure = async (): Promise<DiskRoom | null> => {
		try {
			const { bavail, blocks, bsize } = await statfs(folder);
			const free_bytes = bavail * bsize;
			const enough = Math.max(free_disk_mib * 1024 * 1024, (blocks * bsize * free_disk_percent) / 100);
			return { free_bytes, is_low: free_bytes < enough };
		} catch {
			// A disk that cannot be asked says so at the next write.
			return null;
		}
	};
	return {
		look() {
			const now = performance.now();
			if (now - looked_at >= LOOK_EVERY_MS) {
				looked_at = now;
				last = measure();
			}
			return last;
		},
	};
}
