import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseUrl } from "../../db/dialect.ts";
import type { Backup } from "./manifest.ts";
import type { BackupOptions } from "./options.ts";
import { backupPostgres } from "./postgres-backup.ts";
import { backupSqlite } from "./sqlite-backup.ts";

/**
 * Backs the database up while it is in use, and shows that the copy is whole before it gets its name. Works
 * for any database, migrated or not, and changes nothing in it.
 * @throws OperatorError `refused` where it cannot be done safely, `difference` when the copy is not what it should be
 */
export async function backup(url: DatabaseUrl, options: BackupOptions): Promise<Backup> {
	return url.dialect === "sqlite" ? backupSqlite(url.file, options) : backupPostgres(url.url, options);
}

/**
 * The backup before a change of the database. @returns null for a file that is not there or empty: it holds
 * nothing to keep
 */
export async function backupBefore(url: DatabaseUrl, options: BackupOptions): Promise<Backup | null> {
	if (url.dialect === "sqlite") {
		const file = resolve(url.file);
		// A file without a byte may still have everything in its log.
		const hasContent = (path: string) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
		if (!existsSync(file) || !(hasContent(file) || hasContent(`${file}-wal`))) return null;
	}
	return backup(url, options);
}
