import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import type SqliteFile from "better-sqlite3";

/** The content of the main file is told by a sample: blocks evenly spread, which cover a file of up to 1 MiB. */
const SAMPLED_BLOCKS = 256;
const BLOCK_BYTES = 4096;

type Identity = Pick<BigIntStats, "dev" | "ino">;
type Checkpoint = { busy: number; log: number; checkpointed: number };

/** The main file as it was at the last look. Only a checkpoint writes to it. */
type Seen = { mtime: bigint; log: number; checkpointed: number; data_version: unknown; sample: string };

type Asked = Record<"checkpoint" | "version", SqliteFile.Statement> & { database: SqliteFile.Database };

/** Why nothing that is written would be found again. */
export type FileTrouble = {
	/** For `/readyz` and for logs: a sentence without the path. */
	reason: string;
	/** Whether what the connections see is still whole: they have the files open, whatever became of their names. */
	isWhole: boolean;
};

export type SqliteFiles = {
	/** Looks whether the files under the names are those that the connections have open. */
	check(database: SqliteFile.Database): FileTrouble | null;
	/** The log at the last look: its size, and the pages in it that are not in the file yet. */
	log(): { bytes: number; waiting_pages: number };
	/** A checkpoint was tried here. One that fails halfway changes the file and shows nowhere. */
	forgetContent(): void;
	/** The connections were opened anew, and perhaps the log with them. */
	forgetLog(): void;
	close(): void;
};

/**
 * Watches an SQLite file and its write-ahead log, which anyone may delete, rename or replace under the
 * running server. SQLite does not notice: it goes on writing to files that have no name any more.
 *
 * The descriptor is closed after the last connection only: closing one earlier would drop SQLite's own locks
 * on the file.
 */
export function watchFiles(file: string): SqliteFiles {
	const descriptor = openSync(file, "r");
	// SQLite keeps the log beside the file itself, not beside a link to it.
	const log_file = `${realpathSync(file)}-wal`;
	const main: Identity = fstatSync(descriptor, { bigint: true });
	let log: Identity | null = null;
	let log_bytes = 0;
	let seen: Seen | null = null;
	let asked: Asked | null = null;

	function troubleOfMain(stats: BigIntStats | undefined): FileTrouble | null {
		if (!stats) return trouble("the database file was deleted or renamed");
		if (!isSame(stats, main)) return trouble("the database file was replaced by another one");
		return null;
	}

	function troubleOfLog(stats: BigIntStats | undefined): FileTrouble | null {
		log_bytes = stats ? Number(stats.size) : 0;
		if (!stats) return log && trouble("the database's write-ahead log (-wal) was deleted or renamed");
		if (log && !isSame(stats, log)) {
			return trouble("the database's write-ahead log (-wal) was replaced by another one");
		}
		log = stats;
		return null;
	}

	/** The content changes by checkpoints only, by whichever process, and each of them shows in the log's counters. */
	function troubleOfContent(stats: BigIntStats, current: SqliteFile.Database): FileTrouble | null {
		const { checkpoint, version } = askedOf(current);
		const { log, checkpointed } = checkpoint.get() as Checkpoint;
		const data_version = version.get();
		const mtime = stats.mtimeNs;
		const before = seen;
		if (before && before.mtime === mtime) {
			seen = { ...before, log, checkpointed, data_version };
			return null;
		}
		const isExplained =
			before === null ||
			before.log !== log ||
			before.checkpointed !== checkpointed ||
			before.data_version !== data_version;
		const sample = sampleOf(descriptor);
		if (!isExplained && before.sample !== sample) {
			return { reason: "the database file was overwritten by another program", isWhole: false };
		}
		seen = { mtime, log, checkpointed, data_version, sample };
		return null;
	}

	/** Preparing takes longer than asking. */
	function askedOf(database: SqliteFile.Database): Asked {
		if (asked?.database !== database) {
			asked = {
				database,
				checkpoint: database.prepare("pragma wal_checkpoint(NOOP)"),
				version: database.prepare("pragma data_version").pluck(),
			};
		}
		return asked;
	}

	return {
		check(current) {
			const stats = statOf(file);
			const found = troubleOfMain(stats) ?? troubleOfLog(statOf(log_file));
			if (found || !stats) return found;
			return troubleOfContent(stats, current);
		},
		log: () => ({ bytes: log_bytes, waiting_pages: seen ? seen.log - seen.checkpointed : 0 }),
		forgetContent() {
			seen = null;
		},
		forgetLog() {
			log = null;
			seen = null;
		},
		close: () => closeSync(descriptor),
	};
}

function trouble(reason: string): FileTrouble {
	return { reason, isWhole: true };
}

function statOf(file: string): BigIntStats | undefined {
	return statSync(file, { bigint: true, throwIfNoEntry: false });
}

function isSame(a: Identity, b: Identity): boolean {
	return a.dev === b.dev && a.ino === b.ino;
}

function sampleOf(descriptor: number): string {
	const size = Number(fstatSync(descriptor).size);
	const hash = createHash("sha1").update(String(size));
	const block = Buffer.alloc(BLOCK_BYTES);
	const blocks = Math.ceil(size / BLOCK_BYTES);
	const step = Math.max(1, blocks / SAMPLED_BLOCKS);
	for (let at = 0; at < blocks; at += step) {
		const read = readSync(descriptor, block, 0, BLOCK_BYTES, Math.floor(at) * BLOCK_BYTES);
		hash.update(block.subarray(0, read));
	}
	return hash.digest("base64");
}
