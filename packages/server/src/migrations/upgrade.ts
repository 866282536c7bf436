import type { Instant } from "@carhythm/core";
import type { Database } from "../db/dialect.ts";
import { OperatorError } from "../operator-error.ts";
import { backupBefore } from "./backup/backup.ts";
import type { Backup } from "./backup/manifest.ts";
import { readCatalogue } from "./catalogue.ts";
import { type DownOptions, type DownOutcome, runDown } from "./down.ts";
import { withMigrationLock } from "./lock.ts";
import type { Allowances } from "./migration.ts";
import { ledgerOf } from "./run.ts";
import { hasPending, runUp, stepsOf, type UpOptions, type UpOutcome } from "./runner.ts";
import { takeSnapshot } from "./verify/snapshot.ts";
import { type VerifyReport, verify } from "./verify/verify.ts";

export type Safety = {
	/** Where the backup goes; false for none, which somebody must have asked for. */
	backup: { to?: string } | false;
	now: () => Instant;
	/** Told in plain words what is going on. */
	say?: (line: string) => void;
};

/** What a change of the database came to. `backup` is null where there was nothing to keep, or none was wanted. */
export type Upgrade = UpOutcome & { backup: Backup | null; report: VerifyReport | null };

/**
 * Brings a database up to date as an operator wants it: backed up first, verified afterwards against what was there before, all of
 * it under the lock that lets one process at a time do this.
 * @throws OperatorError as {@link runUp}; `rolled_back` when a step fails
 */
export async function upgrade(database: Database, options: UpOptions & Safety): Promise<Upgrade> {
	const nothing = { applied: [], repairs: [], backup: null, report: null };
	if (!(await hasPending(database, options))) return nothing;
	return locked(database, options, async (stillHeld) => {
		// Another process may have done everything while this one waited.
		if (!(await hasPending(database, options))) return nothing;
		const isNew = (await readCatalogue(ledgerOf(database), database.dialect.name)).size === 0;
		if (isNew) return { ...nothing, ...(await runUp(database, options, stillHeld)) };

		const backup = await keepCopy(database, options);
		options.say?.("Taking note of every table, to compare afterwards.");
		const before = await takeSnapshot(database);
		const outcome = await explained(() => runUp(database, options, stillHeld));
		options.say?.("Comparing with what was there before.");
		const report = await verify(database, { before, allowances: allowancesOf(database, outcome) });
		return { ...outcome, backup, report };
	});
}

export type Downgrade = DownOutcome & { backup: Backup | null };

/** Undoes migrations, after a backup. @throws OperatorError `rolled_back` when a step fails */
export async function downgrade(database: Database, options: DownOptions & Safety): Promise<Downgrade> {
	return locked(database, options, async (stillHeld) => {
		const backup = await keepCopy(database, options);
		const outcome = await explained(() => runDown(database, options, stillHeld));
		return { ...outcome, backup };
	});
}

function locked<T>(
	database: Database,
	{ say }: Pick<Safety, "say">,
	work: (stillHeld: () => Promise<void>) => Promise<T>,
): Promise<T> {
	return withMigrationLock(database, work, () =>
		say?.("Another process is migrating this database; waiting until it has ended."),
	);
}

async function keepCopy(database: Database, { backup, now, say }: Safety): Promise<Backup | null> {
	if (backup === false) return null;
	say?.("Making a backup.");
	const made = await backupBefore(database.url, { ...backup, now: now(), ...(say && { onProgress: say }) });
	if (made) say?.(`Backup: ${made.file}`);
	return made;
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

/** Trouble that nobody foresaw, said in a sentence: the step it happened in left nothing behind. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof OperatorError) throw error;
		const message = error instanceof Error ? error.message : String(error);
		throw new OperatorError(
			"rolled_back",
			`A step failed and was rolled back: ${message}. The steps before it are done; run the command again when the reason is gone.`,
			{ cause: error },
		);
	}
}
