import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { usualBackupFolder } from "./folder.ts";

const OF_OTHERS = 0o066;
const LOOK_INTO = 0o055;
const PASS_THROUGH = 0o011;

/**
 * Sentences about files with personal data that other users of this machine can read, each with what to type.
 * Empty where there is none, and on Windows, where a file's mode says nothing of that.
 */
export function exposedFiles(url: DatabaseUrl): string[] {
	if (process.platform === "win32") return [];
	return url.dialect === "sqlite"
		? exposedDatabase(resolve(url.file))
		: exposedFolder(usualBackupFolder(url));
}

/** The database, its log, and what has its name in front: backups, and what a restore or the server set aside. */
function exposedDatabase(given: string): string[] {
	const file = attempt(() => realpathSync(given));
	if (file === null || !isReachable(dirname(file))) return [];
	const name = basename(file);
	const exposed = readdirSync(dirname(file))
		.filter((other) => other === name || other.startsWith(`${name}-`) || other.startsWith(`${name}.`))
		.map((other) => join(dirname(file), other))
		.filter((path) => (modeOf(path) & OF_OTHERS) !== 0)
		.sort();
	const [first] = exposed;
	if (first === undefined) return [];
	const others = exposed.length > 1 ? ` and ${exposed.length - 1} more` : "";
	return [
		`Other users of this machine can read what students wrote: ${first}${others}. Type this: chmod go-rwx ${exposed.map(quoted).join(" ")}`,
	];
}

function exposedFolder(folder: string): string[] {
	const isExposed = (modeOf(folder) & LOOK_INTO) !== 0 && isReachable(dirname(folder));
	if (!isExposed) return [];
	return [
		`Other users of this machine can look into the folder of the backups, ${folder}. Type this: chmod go-rwx ${quoted(folder)}`,
	];
}

/** A folder that others may not pass through protects all that is in it. */
function isReachable(folder: string): boolean {
	if ((modeOf(folder) & PASS_THROUGH) === 0) return false;
	const parent = dirname(folder);
	return parent === folder || isReachable(parent);
}

function modeOf(path: string): number {
	return attempt(() => statSync(path).mode) ?? 0;
}

function attempt<T>(work: () => T): T | null {
	try {
		return work();
	} catch {
		return null;
	}
}

/** A path as one word of a shell. */
function quoted(path: string): string {
	return /^[\w./:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
