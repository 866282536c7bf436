import { rmSync } from "node:fs";
import { addDays, type Instant } from "@carhythm/core";
import type { Config } from "./config.ts";
import type { RetentionRules } from "./db/retention/kinds.ts";
import { usualBackupFolder } from "./migrations/backup/folder.ts";
import { listBackups } from "./migrations/backup/list.ts";
import { BY_HAND, manifestPath } from "./migrations/backup/manifest.ts";
import { OperatorError } from "./operator-error.ts";

/** The retention that an operator set, at a moment. */
export function rulesAt(config: Config, now: Instant): RetentionRules {
	return { ...config, now };
}

/**
 * Backups that were made by themselves before a change of the database and have had their day. One that an
 * operator made, anywhere, is the operator's.
 */
export function dueBackups(config: Config, now: Instant): { file: string; created_at: Instant }[] {
	const days = config.retention_backups_days;
	if (days === 0) return [];
	const { backups } = backupsIn(usualBackupFolder(config.database_url));
	const cutoff = addDays(now, -days);
	return backups.filter(
		({ created_at, reason, engine }) =>
			created_at < cutoff && reason !== null && reason !== BY_HAND && engine === config.database_url.dialect,
	);
}

function backupsIn(folder: string): Pick<ReturnType<typeof listBackups>, "backups"> {
	try {
		return listBackups(folder);
	} catch (error) {
		if (error instanceof OperatorError) return { backups: [] };
		throw error;
	}
}

/** @returns how many were removed */
export function purgeBackups(config: Config, now: Instant): number {
	const due = dueBackups(config, now);
	for (const { file } of due) {
		// A manifest without its backup is only a sentence in `backup list`; the other way round it is no backup.
		rmSync(file, { force: true });
		rmSync(manifestPath(file), { force: true });
	}
	return due.length;
}
