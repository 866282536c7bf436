import { toInstant } from "@carhythm/core";
import { createAssessmentStore } from "./db/content/assessments.ts";
import type { Database, DatabaseUrl } from "./db/dialect.ts";
import { missingGrants, rightsSentence } from "./db/postgres/rights.ts";
import { usualBackupFolder } from "./migrations/backup/folder.ts";
import { AT_START, keepNewest } from "./migrations/backup/keep-newest.ts";
import { backupName } from "./migrations/backup/names.ts";
import { hasPending, isEmpty } from "./migrations/runner.ts";
import { upgrade } from "./migrations/upgrade.ts";
import { OperatorError } from "./operator-error.ts";
import { contentFolder } from "./paths.ts";
import { seedShipped } from "./seed.ts";

/**
 * Makes the database ready for use. An empty one is filled. A file of our own is brought up to date, after a
 * backup; a database on a server may be in use by other processes of another version, so that needs to be
 * asked for.
 * @param say is told what is done with the database's tables
 * @throws OperatorError `refused` when the database is not up to date and the operator did not ask for it to
 *   be changed
 */
export async function prepareDatabase(
	database: Database,
	options: { migrate_on_start: boolean; backups_kept: number },
	say: (line: string) => void,
): Promise<void> {
	await requireRights(database, (grant) => grant.includes(" ON SCHEMA "));
	const pending = await hasPending(database).catch(async (error) => {
		// The database named what it refused first; better every right at once.
		await requireRights(database);
		throw error;
	});
	if (pending) {
		const isOurs = database.dialect.isEmbedded || options.migrate_on_start || (await isEmpty(database));
		if (!isOurs) {
			throw new OperatorError(
				"refused",
				'The database is not up to date. Bring it up to date with "carhythm migrate up" ("carhythm migrate plan" says what that does), or start the server with --migrate.',
			);
		}
		await bringUpToDate(database, options, say);
	}
	await requireRights(database);
	await seedShipped(createAssessmentStore(database), contentFolder());
}

/** Without the schema nothing can be looked at; the rights on tables count once these are up to date. */
async function requireRights(
	database: Database,
	isMeant: (grant: string) => boolean = () => true,
): Promise<void> {
	const missing = (await missingGrants(database)).filter(isMeant);
	if (missing.length > 0) throw new OperatorError("failed", rightsSentence(missing));
}

async function bringUpToDate(
	database: Database,
	{ backups_kept }: { backups_kept: number },
	say: (line: string) => void,
): Promise<void> {
	const { applied, backup, report } = await upgrade(database, {
		backup: {},
		at_start: true,
		now: () => toInstant(Date.now()),
		say,
	});
	if (applied.length > 0) say(`The database is up to date now: ${applied.length} steps were applied.`);
	const found = report?.checks.filter(({ ok }) => !ok).map(({ detail }) => detail) ?? [];
	if (found.length > 0) {
		throw new OperatorError(
			"difference",
			`The database was brought up to date, but is not as it should be: ${found.join(" ")}`,
		);
	}
	if (backup) removeOldBackups(database.url, backups_kept, say);
}

/** Only once the database is as it should be: until then an older backup may be the one to go back to. */
function removeOldBackups(url: DatabaseUrl, count: number, say: (line: string) => void): void {
	const series = { folder: usualBackupFolder(url), name: backupName(url), reason: AT_START } as const;
	for (const file of keepNewest(series, count)) say(`Deleted an old backup of an upgrade: ${file}`);
}
