import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { OperatorError } from "../../operator-error.ts";
import type { DatabaseUrl } from "../dialect.ts";

/**
 * Refuses a file that was replaced while the log of the one before lies beside it: SQLite would read that log
 * into it, and damage it without a word. It is looked for where the file was changed after its log, on a
 * copy, before anything is opened.
 * @throws OperatorError `refused`
 */
export function refuseStaleLog(url: DatabaseUrl): void {
	if (url.dialect !== "sqlite") return;
	const file = resolve(url.file);
	const before = timesOf(file);
	if (!before || before.log_bytes === 0 || before.changed <= before.log_written) return;
	const folder = mkdtempSync(join(dirname(file), `.${basename(file)}-check-`));
	try {
		const copy = join(folder, "copy.db");
		copyFileSync(file, copy);
		copyFileSync(`${file}-wal`, `${copy}-wal`);
		// Another server is at work: what was copied is from two moments, and the log is not stale.
		if (JSON.stringify(timesOf(file)) !== JSON.stringify(before)) return;
		const problem = problemOf(copy);
		if (problem === null) return;
		throw new OperatorError(
			"refused",
			`The database ${file} and its write-ahead log do not belong together: with the log the file is damaged (${problem}). If the file was replaced, for example by a backup, move ${file}-wal away and start again; otherwise restore a backup with "carhythm restore".`,
		);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function timesOf(file: string) {
	const main = statSync(file, { throwIfNoEntry: false });
	const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
	if (!main || !log) return null;
	return { changed: main.ctimeMs, log_written: log.mtimeMs, log_bytes: log.size, bytes: main.size };
}

function problemOf(file: string): string | null {
	const database = new SqliteFile(file);
	try {
		const found = database.pragma("integrity_check(1)", { simple: true });
		return found === "ok" ? null : String(found);
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		database.close();
	}
}
