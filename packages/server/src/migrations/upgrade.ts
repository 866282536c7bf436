import { resolve } from "node:path";
import type { Instant } from "@carhythm/core";
import type { Database } from "../db/dialect.ts";
import { explainMissingRight } from "../db/errors.ts";
import { OperatorError } from "../operator-error.ts";
import { backupBefore } from "./backup/backup.ts";
import { AT_START } from "./backup/keep-newest.ts";
import type { Backup } from "./backup/manifest.ts";
import { refuseWhileUsed } from "./backup/open-files.ts";
import { type DownOptions, type DownOutcome, runDown } from "./down.ts";
import { backupOfFailedRun, forgetFailedRun, noteFailedRun } from "./ledger/failed-run.ts";
import { withMigrationLock } from "./lock/lock.ts";
import type { Allowances } from "./migration.ts";
import { requireMigrated } from "./refusals.ts";
import {
	hasPending,
	nothingDone,
	refuseConflicts,
	runUp,
	stepsOf,
	type UpOptions,
	type UpOutcome,
} from "./runner.ts";
import { ledgerOf } from "./steps/run-context.ts";
import { StepFailed } from "./steps/step-failed.ts";
import { readSystemCatalogue } from "./system-catalogue/read-catalogue.ts";
import { takeSnapshot } from "./verify/snapshot.ts";
import type { Snapshot } from "./verify/snapshot-types.ts";
import { type VerifyReport, verify } from "./verify/verify.ts";

export type Safety = {
	/** Where the backup goes; false for none, which the operator must have asked for. */
	backup: { to?: string } | false;
	now: () => Instant;
	/** The server found at its start that it has to be done; no operator asked for it. */
	at_start?: true;
	/** Told in plain words what is going on. */
	say?: (line: string) => void;
};

/** What a change of the database came to. `backup` is null where there was nothing to keep, or none was wanted. */
export type Upgrade = UpOutcome & { backup: Backup | null; report: VerifyReport | null };

/**
 * Brings a database up to date as an operator wants it: backed up first, verified afterwards against what was
 * there before, all of it under the lock that lets one process at a time do this.
 * @throws OperatorError as {@link runUp}; `rolled_back` when a step fails
 */
export async function upgrade(database: Database, options: UpOptions & Safety): Promise<Upgrade> {
	const nothing = { ...nothingDone(), backup: null, report: null };
	if (!(await hasPending(database, options))) return nothing;
	return locked(database, options, async (assertLockHeld) => {
		// Another process may have done everything while this one waited.
		if (!(await hasPending(database, options))) return nothing;
		const isNew = (await readSystemCatalogue(ledgerOf(database), database.dialect.name)).size === 0;
		if (isNew) return { ...nothing, ...(await runUp(database, options, assertLockHeld)) };

		await refuseConflicts(database, options);
		options.say?.("Taking note of every table, to compare afterwards.");
		const before = await takeSnapshot(database);
		const backup = await keepCopy(database, options, before, reasonOf(options));
		const outcome = await explained(database, backup, () => runUp(database, options, assertLockHeld));
		await forgetFailedRun(database);
		options.say?.("Comparing with what was there before.");
		const report = await verify(database, { before, allowances: allowancesOf(database, outcome) });
		return { ...outcome, backup, report };
	});
}

export type Downgrade = DownOutcome & { backup: Backup | null };

/**
 * Undoes migrations, after a backup.
 * @throws OperatorError `refused` for a database that was never migrated, or a file that another program
 *   uses; `rolled_back` when a step fails
 */
export async function downgrade(database: Database, options: DownOptions & Safety): Promise<Downgrade> {
	await requireMigrated(database);
	return locked(database, options, async (assertLockHeld) => {
		if (database.url.dialect === "sqlite") refuseWhileUsed(resolve(database.url.file), "go down again");
		const present = await takeSnapshot(database);
		const backup = await keepCopy(database, options, present, `before-down-to-${options.to}`);
		const outcome = await explained(database, backup, () => runDown(database, options, assertLockHeld));
		await forgetFailedRun(database);
		return { ...outcome, backup };
	});
}

function locked<T>(
	database: Database,
	{ say }: Pick<Safety, "say">,
	work: (assertLockHeld: () => Promise<void>) => Promise<T>,
): Promise<T> {
	return withMigrationLock(database, work, () =>
		say?.("Another process is migrating this database; waiting until it has ended."),
	);
}

/** `before-up`, `before-up-to-3`, `before-adopt`: by this, backups are told apart. */
function reasonOf({ adopt, to, at_start }: UpOptions & Safety): string {
	if (at_start) return AT_START;
	return `before-${adopt ? "adopt" : "up"}${to === undefined ? "" : `-to-${to}`}`;
}

async function keepCopy(
	database: Database,
	{ backup, now, say }: Safety,
	present: Snapshot,
	reason: string,
): Promise<Backup | null> {
	if (backup === false) return null;
	const made = backup.to === undefined ? await backupOfFailedRun(database, present) : null;
	if (made) {
		say?.(`Nothing has changed since the last try failed. Its backup stays: ${made.file}`);
		return made;
	}
	say?.("Making a backup.");
	const wanted = { ...backup, now: now(), reason, ...(say && { onProgress: say }) };
	const fresh = await backupBefore(database.url, wanted);
	if (fresh) say?.(`Backup: ${fresh.file}`);
	return fresh;
}

/** What the applied steps say they change, together. */
function allowancesOf(database: Database, { applied }: UpOutcome): Allowances {
	const names = new Set(applied.map(({ migration, step }) => `${migration}:${step}`));
	const all = stepsOf(database)
		.filter(({ migration, step }) => names.has(`${migration.number}:${step.id}`))
		.flatMap(({ step }) => step.changes ?? []);
	return {
		columns: all.flatMap(({ columns }) => columns ?? []),
		more_rows: all.flatMap(({ more_rows }) => more_rows ?? []),
		moved_rows: Object.assign({}, ...all.map(({ moved_rows }) => moved_rows ?? {})),
		gone: all.flatMap(({ gone }) => gone ?? []),
	};
}

/** A failure that no rule foresaw becomes one message: where, why, and the two ways on. */
async function explained<T>(database: Database, backup: Backup | null, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (backup) await noteFailedRun(database, backup);
		if (error instanceof OperatorError) throw error;
		const message = error instanceof Error ? error.message : String(error);
		const right = explainMissingRight(error);
		const said =
			right === null ? `${message}.` : error instanceof StepFailed ? `${message}. ${right}` : right;
		const back = backup
			? ` Or give up: "carhythm restore ${backup.file}" brings back the database as it was.`
			: "";
		throw new OperatorError(
			"rolled_back",
			`${said} The step was rolled back and the steps before it are done: run the command again when the reason is gone.${back}`,
			{ cause: error },
		);
	}
}
