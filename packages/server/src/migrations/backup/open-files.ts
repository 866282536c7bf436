import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";

/**
 * The processes that have a file open, as `node, process 1234`. A program that uses a database now and then holds no lock in
 * between, so locks alone do not find it. Where the system does not tell, and for processes of other users, the list is shorter
 * than the truth.
 */
export function usersOf(file: string): string[] {
	const path = attempt(() => realpathSync(file));
	if (path === null) return [];
	const processes = attempt(() => readdirSync("/proc").filter((name) => /^\d+$/.test(name))) ?? [];
	return processes.filter((id) => Number(id) !== process.pid && holds(id, path)).map(named);
}

function holds(id: string, path: string): boolean {
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
