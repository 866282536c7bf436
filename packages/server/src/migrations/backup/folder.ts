import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { environmentOf } from "../../config.ts";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { OperatorError } from "../../operator-error.ts";
import { addressOf } from "./postgres-connection.ts";

/**
 * Where backups go when no place is named: beside the database file. For PostgreSQL it is the folder of this
 * user's data (`~/.local/share/carhythm/backups`): the working folder is often a git checkout.
 */
export function usualBackupFolder(url: DatabaseUrl): string {
	return url.dialect === "sqlite" ? dirname(resolve(url.file)) : join(dataHome(), "carhythm", "backups");
}

/** By the XDG base directory specification, which says that a relative path there does not count. */
function dataHome(): string {
	const given = environmentOf({})["XDG_DATA_HOME"] ?? "";
	return isAbsolute(given) ? given : join(homedir(), ".local", "share");
}

/**
 * Where erasures are remembered when no place is named, without the ends of the files' names: beside the
 * database file; for PostgreSQL in the folder of this user's data, named after server and database.
 */
export function usualErasurePlace(url: DatabaseUrl): string {
	if (url.dialect === "sqlite") return resolve(url.file);
	const { database, environment } = addressOf(url.url);
	const name = [environment["PGHOST"], environment["PGPORT"], database].join("-");
	return join(dataHome(), "carhythm", "erasures", name.replace(/[^\w.-]+/g, "_"));
}

/**
 * Makes {@link usualBackupFolder}, readable by this user alone, where it is not there yet.
 * @throws OperatorError `refused`
 */
export function makeUsualBackupFolder(url: DatabaseUrl): string {
	const folder = usualBackupFolder(url);
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
	} catch (error) {
		throw new OperatorError(
			"refused",
			`The folder for backups ${folder} cannot be made (${(error as NodeJS.ErrnoException).code}). Name another place with --to (migrate: --backup-to), or set XDG_DATA_HOME to a folder in which this user may write. Nothing was changed.`,
			{ cause: error },
		);
	}
	return folder;
}
