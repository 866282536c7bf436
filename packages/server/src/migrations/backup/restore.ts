import { resolve } from "node:path";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { OperatorError } from "../../operator-error.ts";
import { type Manifest, readBackup } from "./manifest.ts";
import type { RestoreOptions } from "./options.ts";
import { addressOf } from "./postgres-connection.ts";
import { restorePostgres } from "./postgres-restore.ts";
import { restoreSqlite } from "./sqlite-restore.ts";

/** `kept`: where the database of before is now; null where there was none. */
export type Restored = { manifest: Manifest; kept: string | null };

/**
 * Puts a backup in the place of the present database, which is kept under another name. Interrupted anywhere,
 * it leaves the one or the other, whole.
 * @throws OperatorError `refused` while something else uses the database, `difference` for a backup that is damaged
 */
export async function restore(file: string, url: DatabaseUrl, options: RestoreOptions): Promise<Restored> {
	const backup = resolve(file);
	const step = options.onStep ?? (() => {});
	step("checking the backup");
	const manifest = await readBackup(backup);
	if (manifest.dialect !== url.dialect) {
		throw new OperatorError(
			"refused",
			`The backup ${backup} is of ${NAMES[manifest.dialect]}, the database is ${NAMES[url.dialect]}; it cannot be restored there.`,
		);
	}
	const prepare = async (fresh: DatabaseUrl) => options.prepare?.(fresh, manifest);
	const context = { ...options, step, prepare };
	const kept =
		url.dialect === "sqlite"
			? await restoreSqlite(backup, manifest, url.file, context)
			: await restorePostgres(backup, manifest, url.url, context);
	return { manifest, kept };
}

const NAMES = { sqlite: "SQLite", postgres: "PostgreSQL" } as const;

/** A database as one names it to people: without user and password. */
export function shownName(url: DatabaseUrl): string {
	return url.dialect === "sqlite" ? resolve(url.file) : addressOf(url.url).database;
}
