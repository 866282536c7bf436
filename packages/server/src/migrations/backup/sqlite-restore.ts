import {
	chmodSync,
	chownSync,
	constants,
	copyFileSync,
	existsSync,
	linkSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { Instant } from "@carhythm/core";
import SqliteFile from "better-sqlite3";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { OperatorError } from "../../operator-error.ts";
import { fsync, requireRoom, temporaryName } from "./files.ts";
import type { Manifest } from "./manifest.ts";
import { freeName, stampOf } from "./names.ts";
import { inUse, refuseWhileUsed } from "./open-files.ts";
import type { RestoreStep } from "./options.ts";
import { renewSqliteIncarnation } from "./renew-incarnation.ts";
import { explain, proveCopy } from "./sqlite-content.ts";

type Means = {
	now: Instant;
	step: (step: RestoreStep) => void;
	prepare: (url: DatabaseUrl) => Promise<void>;
};

const PATIENCE_MS = 1000;
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;
const SIDECARS = ["-wal", "-shm", "-journal"] as const;

/**
 * Restores into a new file, and gives that the database's name once it is proven. Copying over the old file
 * would leave its log beside it, and SQLite would apply that to the new one: the restore would silently not
 * have happened.
 * @returns where the database of before is kept
 */
export async function restoreSqlite(
	backup: string,
	manifest: Manifest,
	given: string,
	{ now, step, prepare }: Means,
): Promise<string | null> {
	const target = resolve(given);
	const folder = dirname(target);
	if (!existsSync(folder)) {
		throw new OperatorError("refused", `The folder ${folder} does not exist; make it first.`);
	}
	refuseWhileUsed(target, "restore again");
	requireRoom(folder, manifest.file.size);
	const fresh = temporaryName(target, "restoring");
	try {
		step("copying it beside the database");
		copyFileSync(backup, fresh, constants.COPYFILE_EXCL);
		ownLike(fresh, target);
		step("comparing every row with the backup");
		await proveCopy(fresh, manifest);
		renewSqliteIncarnation(fresh);
		await prepare({ dialect: "sqlite", file: fresh });
		fsync(fresh);
		const kept = swap(fresh, target, freeName(`${target}.replaced-${stampOf(now)}`, existsSync, "-"), step);
		step("making sure that it stays");
		fsync(folder);
		return kept;
	} finally {
		for (const end of ["", ...SIDECARS]) rmSync(fresh + end, { force: true });
	}
}

/** At every moment the name stands for one whole database: linking and renaming are each done or not done. */
function swap(fresh: string, target: string, kept: string, step: Means["step"]): string | null {
	step("taking the present database out of use");
	if (!existsSync(target)) {
		// A log whose database is gone must not meet the new one.
		const hadSidecars = setSidecarsAside(target, kept);
		renameSync(fresh, target);
		return hadSidecars ? kept : null;
	}
	const present = seize(target);
	try {
		step("keeping the present database");
		keep(target, kept);
		if (!present) setSidecarsAside(target, kept);
		step("putting the restored one in its place");
		renameSync(fresh, target);
	} finally {
		present?.close();
	}
	return kept;
}

/**
 * Empties the log into the file, which then is the whole database by itself, and locks everybody out. A
 * program that opened the file but has not used it yet finds it moved: SQLite refuses to write to a file that
 * has lost its name.
 * @returns null for a file that SQLite cannot read; it is kept as it is
 */
function seize(target: string): SqliteFile.Database | null {
	// Opening such a file for writing would already delete its log.
	if (isDamaged(target)) return null;
	let database: SqliteFile.Database | null = null;
	try {
		database = new SqliteFile(target, { timeout: PATIENCE_MS });
		database.pragma("journal_mode=DELETE");
		database.exec("BEGIN EXCLUSIVE");
		// Between the two statements another process may have opened it, with a log of its own.
		if (database.pragma("journal_mode", { simple: true }) !== "delete") throw inUse(target, "restore again");
		return database;
	} catch (error) {
		database?.close();
		if (!(error instanceof SqliteFile.SqliteError)) throw error;
		if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) throw inUse(target, "restore again");
		if (DAMAGED.test(error.code)) return null;
		throw explain(target, error);
	}
}

function isDamaged(target: string): boolean {
	let database: SqliteFile.Database | null = null;
	try {
		database = new SqliteFile(target, { readonly: true, timeout: PATIENCE_MS });
		database.prepare("SELECT count(*) FROM sqlite_schema").get();
		return false;
	} catch (error) {
		return error instanceof SqliteFile.SqliteError && DAMAGED.test(error.code);
	} finally {
		database?.close();
	}
}

function keep(target: string, kept: string): void {
	try {
		linkSync(target, kept);
	} catch (error) {
		throw new OperatorError(
			"refused",
			`The present database cannot be kept as ${kept} (${(error as NodeJS.ErrnoException).code}). Move it away yourself, with the files ending in -wal and -shm, and restore again.`,
			{ cause: error },
		);
	}
}

function setSidecarsAside(target: string, kept: string): boolean {
	const found = SIDECARS.filter((end) => existsSync(target + end));
	for (const end of found) renameSync(target + end, kept + end);
	return found.length > 0;
}

/** The server may run as another user than the one who restores. */
function ownLike(fresh: string, target: string): void {
	const present = statSync(target, { throwIfNoEntry: false }) ?? statSync(dirname(target));
	chmodSync(fresh, present.isFile() ? present.mode & 0o777 : 0o600);
	try {
		chownSync(fresh, present.uid, present.gid);
	} catch {
		// Only root may give files away; everybody else owns what they made.
	}
}
