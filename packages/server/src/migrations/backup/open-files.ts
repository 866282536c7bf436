import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { OperatorError } from "../../operator-error.ts";

/**
 * The processes that have a file open, as `node, process 1234`. A program that uses a database now and then
 * holds no lock in between, so locks alone do not find it. Where the system does not tell, and for processes
 * of other users, the list is shorter than the truth.
 */
function usersOf(file: string): string[] {
	const path = attempt(() => realpathSync(file));
	if (path === null) return [];
	const processes = attempt(() => readdirSync("/proc").filter((name) => /^\d+$/.test(name))) ?? [];
	return processes.filter((id) => Number(id) !== process.pid && hasOpen(id, path)).map(named);
}

/** @throws OperatorError `refused`, naming the processes, when others have the file of a database open */
export function refuseWhileUsed(file: string, what: string): void {
	const users = usersOf(file);
	if (users.length > 0) throw inUse(file, what, users);
}

/** @param what what to do again when the other program has stopped: `restore again` */
export function inUse(file: string, what: string, users: readonly string[] = usersOf(file)): OperatorError {
	const who = users.length === 0 ? "" : ` (${users.join(", ")})`;
	return new OperatorError(
		"refused",
		`Another program has the database ${file} open${who}. Stop it and ${what}; nothing was changed.`,
	);
}

function hasOpen(id: string, path: string): boolean {
	const folder = `/proc/${id}/fd`;
	const descriptors = attempt(() => readdirSync(folder)) ?? [];
	return descriptors.some((name) => attempt(() => readlinkSync(`${folder}/${name}`)) === path);
}

function named(id: string): string {
	const name = attempt(() => readFileSync(`/proc/${id}/comm`, "utf8").trim());
	return `${name ?? "a program"}, process ${id}`;
}

/** Processes come and go while one looks at them. */
function attempt<T>(look: () => T): T | null {
	try {
		return look();
	} catch {
		return null;
	}
}
