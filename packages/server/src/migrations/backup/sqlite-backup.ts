import { existsSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { OperatorError } from "../../operator-error.ts";
import { makePrivate, megabytes, placeFor, publish, requireRoom, temporaryName } from "./files.ts";
import { type Backup, BY_HAND, describe } from "./manifest.ts";
import { backupName, nameEnd } from "./names.ts";
import type { BackupOptions } from "./options.ts";
import { explain, openReadOnly, proveCopy, readContent, type SqliteContent } from "./sqlite-content.ts";

const PAGES_AT_ONCE = 2000;

/**
 * Copies the file while others write to it. One read transaction spans the reading and the copying, so what
 * was counted and what was copied are of the same moment however much is written meanwhile; no connection is
 * kept waiting in WAL mode.
 */
export async function backupSqlite(given: string, options: BackupOptions): Promise<Backup> {
	const source = resolve(given);
	if (!existsSync(source)) {
		throw new OperatorError("failed", `There is no database ${source} to back up.`);
	}
	const say = options.onProgress ?? (() => {});
	const { begin, end } = backupName({ dialect: "sqlite", file: source });
	const file = placeFor(options.to, dirname(source), { stem: `${begin}${nameEnd(options)}`, end });
	const partial = temporaryName(file, "partial");
	try {
		const content = await copy(source, partial, say);
		seal(partial);
		say("reading the copy again, every row");
		await proveCopy(partial, content);
		const manifest = await describe(file, partial, {
			dialect: "sqlite",
			server_version: content.server_version,
			created_at: options.now,
			reason: options.reason ?? BY_HAND,
			newest_migration: content.newest_migration,
			proven_by: "reading",
			schema: content.schema,
			row_hash: "sha256-in-key-order-1",
			tables: content.tables,
		});
		return publish(partial, file, manifest);
	} finally {
		for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(partial + end, { force: true });
	}
}

async function copy(
	source: string,
	partial: string,
	say: (line: string) => void,
): Promise<SqliteContent & { server_version: string }> {
	const origin = openReadOnly(source);
	try {
		origin.exec("BEGIN");
		const pages = origin.pragma("page_count", { simple: true }) as number;
		const size = pages * (origin.pragma("page_size", { simple: true }) as number);
		requireRoom(dirname(partial), size);
		say(`reading ${megabytes(size)}`);
		const content = await readContent(origin);
		say("copying");
		makePrivate(partial);
		await origin.backup(partial, { progress: () => PAGES_AT_ONCE });
		const server_version = origin.prepare("SELECT sqlite_version()").pluck().get() as string;
		return { ...content, server_version };
	} catch (error) {
		throw explain(source, error);
	} finally {
		origin.close();
	}
}

/** A copy of a database in WAL mode says of itself that it has a log. Without, it is one file that is whole. */
function seal(file: string): void {
	const database = new SqliteFile(file);
	try {
		database.pragma("journal_mode=DELETE");
	} finally {
		database.close();
	}
}
