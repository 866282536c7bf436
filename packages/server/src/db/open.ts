import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { OperatorError } from "../operator-error.ts";
import type { Database, DatabaseUrl } from "./dialect.ts";
import { openPostgres } from "./postgres/open.ts";
import { describeServer } from "./postgres/open-errors.ts";
import { openSqlite } from "./sqlite/open.ts";

/**
 * Opens the database and checks that it keeps what it is given.
 * @throws OperatorError in one sentence when it cannot be opened or does not hold to what durability needs
 */
export async function openDatabase(url: DatabaseUrl): Promise<Database> {
	if (url.dialect === "postgres") return openPostgres(url.url);
	refuseMistakenPath(url.file);
	return openSqlite(url.file);
}

/**
 * SQLAlchemy reads `sqlite:///old.db` as a file of the working folder; here it would make an empty `/old.db`
 * beside nothing.
 */
function refuseMistakenPath(file: string): void {
	if (!isAbsolute(file) || existsSync(file)) return;
	const relative = `.${file}`;
	if (!existsSync(relative)) return;
	throw new OperatorError(
		"usage",
		`There is no file ${file}, but there is one in the working folder: write sqlite:${relative} for it. Three slashes begin an absolute path here, other than in SQLAlchemy.`,
	);
}

/** Which database it is, as it may be shown: the full path of a file; of a server never the user or the password. */
export function describeDatabase(url: DatabaseUrl): string {
	return url.dialect === "sqlite" ? resolve(url.file) : describeServer(url.url);
}

/** Whether the database gives rights to roles of its own; a file has none. */
export function hasRoles(url: DatabaseUrl): boolean {
	return url.dialect === "postgres";
}

/**
 * Whether there is a database to open: opening a file that is not there makes it. A database on a server is
 * never made, so there only opening it tells.
 */
export function databaseExists(url: DatabaseUrl): boolean {
	return url.dialect === "postgres" || existsSync(resolve(url.file));
}
