import { copyFileSync, realpathSync, statfsSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import type SqliteFile from "better-sqlite3";
import { errorCode } from "../errors.ts";
import { StorageUnavailable } from "../store.ts";
import { type FileTrouble, type SqliteFiles, watchFiles } from "./watched-files.ts";

/** How often the files are checked while there are no writes. */
const LOOK_EVERY_MS = 1000;

/** A log below this size is left alone, however little room there is: 100 pages. */
const SMALL_LOG_BYTES = 400 * 1024;

/**
 * Pages of 4 KiB. Copying the log back into the file less often than after each 1000 pages lets a page that
 * is written again and again be copied once.
 */
const PAGES_BETWEEN_CHECKPOINTS = 8000;

/** The writing connection, opened anew where it was lost. */
type Writer = { get(): SqliteFile.Database; translate(error: unknown): unknown };

/** What the writing connection asks before and after each transaction. */
export type SqliteWatch = {
	/** @throws StorageUnavailable when the files are not those that were opened */
	check(): void;
	/** Copies the log into the file early where the disk would have no room for both. */
	keepLogSmall(): void;
	/** From now on the files are watched. */
	begin(say: (line: string) => void): void;
	/** @throws StorageUnavailable once the files are not those that were opened: no connection is opened to others */
	refuseOthers(): void;
	/** The connections were opened anew. */
	reopened(): void;
	/** A checkpoint was tried elsewhere in this process. */
	checkpointed(): void;
	/** After how many pages SQLite itself copies the log; 0 while that is done here. */
	autocheckpoint(): number;
	/** @returns what has to be called when all connections are closed */
	end(): () => void;
};

/**
 * Watches the files of an SQLite database for as long as sessions are served.
 *
 * watching → (files gone or replaced) → given up, until the process ends
 *
 * Once given up, nothing is acknowledged any more, also when the files are back: another program may have
 * written meanwhile.
 */
export function createSqliteWatch(file: string, writer: () => Writer): SqliteWatch {
	let files: SqliteFiles | null = null;
	let given_up: FileTrouble | null = null;
	let say: (line: string) => void = () => {};
	let timer: NodeJS.Timeout | null = null;

	function look(): void {
		if (!files || given_up) return;
		try {
			const database = writer().get();
			if (database.inTransaction) return;
			given_up = files.check(database);
			if (given_up) giveUp(database, given_up);
		} catch (error) {
			writer().translate(error);
			throw new StorageUnavailable("The database's files cannot be looked at.", { cause: error });
		}
	}

	function giveUp(database: SqliteFile.Database, { reason, isWhole }: FileTrouble): void {
		if (timer) clearInterval(timer);
		say(
			`The database ${file} cannot be trusted any more: ${reason} while the server runs. Nothing is acknowledged from now on, until the server is stopped and started again. ${isWhole ? save(database, file) : setLogAside(file)}`,
		);
	}

	function refuse(): void {
		if (given_up)
			throw new StorageUnavailable(`The database is not available: ${given_up.reason}.`, {
				reason: `${given_up.reason}. Stop the server, put the file right, start it again.`,
			});
	}

	return {
		check() {
			look();
			refuse();
		},
		keepLogSmall() {
			if (!files || given_up) return;
			const { bytes, waiting_pages } = files.log();
			const isTight = bytes > SMALL_LOG_BYTES && bytes > freeBytes(file) / 2;
			if (!isTight && waiting_pages < PAGES_BETWEEN_CHECKPOINTS) return;
			const database = writer().get();
			if (database.inTransaction) return;
			try {
				// Only an emptied log gives its room back.
				database.pragma(`wal_checkpoint(${isTight ? "TRUNCATE" : "PASSIVE"})`);
			} catch (error) {
				writer().translate(error);
			}
			files.forgetContent();
		},
		begin(tell) {
			say = tell;
			const database = writer().get();
			// What the migrations have left in the log, and what a small disk has no room for twice.
			database.pragma("wal_checkpoint(TRUNCATE)");
			// From now on checkpoints are made here, so that each of them is known.
			database.pragma("wal_autocheckpoint=0");
			files = watchFiles(file);
			look();
			timer = setInterval(() => {
				try {
					look();
				} catch {
					// The next request meets the same and is told.
				}
			}, LOOK_EVERY_MS);
			timer.unref();
		},
		refuseOthers: refuse,
		reopened: () => files?.forgetLog(),
		checkpointed: () => files?.forgetContent(),
		autocheckpoint: () => (files ? 0 : PAGES_BETWEEN_CHECKPOINTS),
		end() {
			if (timer) clearInterval(timer);
			const ending = files;
			files = null;
			return () => ending?.close();
		},
	};
}

/** Writes what the connections still see to a file of its own. */
function save(database: SqliteFile.Database, file: string): string {
	const saved = `${file}.saved-${fileTime()}`;
	try {
		database.prepare("vacuum into ?").run(saved);
		// The log would otherwise be read into whatever file has the name at the next start.
		database.pragma("wal_checkpoint(TRUNCATE)");
		return `Everything that it had acknowledged until then is saved in ${saved}: stop the server, move that file to ${file} if it is the one to go on with, and start it again.`;
	} catch (error) {
		return `What it had acknowledged until then could not be saved beside it (${errorCode(error) ?? "unknown error"}): as long as the server runs, the system still has the files open.`;
	}
}

/** The log belongs to the content of before: it must be read into the new one neither now nor at the next start. */
function setLogAside(file: string): string {
	const log = `${realpathSync(file)}-wal`;
	const aside = `${file}.stale-wal-${fileTime()}`;
	try {
		copyFileSync(log, aside);
		truncateSync(log);
		return `What the server wrote last is in the log of the content of before, ${aside}. Stop the server, put the right file in place and start it again.`;
	} catch {
		return `What the server wrote last is in the file's log, which does not fit the new content: delete ${log} after stopping the server and before starting it again.`;
	}
}

function fileTime(): string {
	return new Date()
		.toISOString()
		.replace(/\.\d+Z$/, "Z")
		.replaceAll(":", "-");
}

function freeBytes(file: string): number {
	const { bavail, bsize } = statfsSync(dirname(file));
	return bavail * bsize;
}
