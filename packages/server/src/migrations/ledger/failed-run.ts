import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { Database } from "../../db/dialect.ts";
import { type Backup, readBackup } from "../backup/manifest.ts";
import { ledgerOf } from "../steps/run-context.ts";
import { takeSnapshot } from "../verify/snapshot.ts";
import type { Snapshot } from "../verify/snapshot-types.ts";
import { isBookkeeping } from "./ledger-schema.ts";
import { readNote, writeNote } from "./notes.ts";

// A supervisor starts a server again and again. A run that failed notes its backup and what it left, so that
// the next one, which finds the database as it was left, needs no other backup.

type FailedRun = { backup: string; left: string };

/** The backup of a run that failed and since which nothing has changed; null when a new one is needed. */
export async function backupOfFailedRun(database: Database, now: Snapshot): Promise<Backup | null> {
	const note = (await readNote(ledgerOf(database), database.dialect, "failed_run")) as FailedRun | undefined;
	if (!note || note.left !== sumOf(now) || !existsSync(note.backup)) return null;
	const manifest = await readBackup(note.backup).catch(() => null);
	return manifest && { file: note.backup, manifest };
}

/** Where even this cannot be written, the next run makes a backup of its own. */
export async function noteFailedRun(database: Database, backup: Backup): Promise<void> {
	const failed = async () => {
		const left = sumOf(await takeSnapshot(database));
		const run: FailedRun = { backup: backup.file, left };
		await writeNote(ledgerOf(database), database.dialect, "failed_run", run);
	};
	await failed().catch(() => {});
}

export function forgetFailedRun(database: Database): Promise<void> {
	return writeNote(ledgerOf(database), database.dialect, "failed_run", null);
}

/** A hash over every value of every table. */
function sumOf({ tables }: Snapshot): string {
	const sums = Object.entries(tables)
		.filter(([name]) => !isBookkeeping(name))
		.map(([name, { rows, columns }]) => [name, rows, columns])
		.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
	return createHash("sha256").update(JSON.stringify(sums)).digest("hex");
}
