import { globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { roomyFolder } from "./roomy-folder.ts";

const PREFIX = "carhythm-run-";
const NEEDED_BYTES = 4e9;

/**
 * The folder that all processes of one test run share: its PostgreSQL servers, database templates and bundled
 * programs. The first process that asks creates it, is named in it, and removes it at its exit; the processes
 * that it starts find it in the environment.
 */
export function runFolder(): string {
	const given = process.env["CARHYTHM_TEST_FOLDER"];
	if (given !== undefined) return given;
	const folder = join(roomyFolder(NEEDED_BYTES), `${PREFIX}${process.pid}`);
	mkdirSync(folder);
	process.env["CARHYTHM_TEST_FOLDER"] = folder;
	process.on("exit", () => removeRun(folder));
	return folder;
}

/** Stops the servers of runs that were killed before their exit, and removes their folders. */
export function removeKilledRuns(): void {
	const place = roomyFolder(NEEDED_BYTES);
	for (const name of readdirSync(place).filter((entry) => entry.startsWith(PREFIX))) {
		if (!signal(Number(name.slice(PREFIX.length)), 0)) removeRun(join(place, name));
	}
}

function removeRun(folder: string): void {
	for (const file of globSync(join(folder, "*/data/postmaster.pid"))) {
		signal(Number.parseInt(readFileSync(file, "utf8"), 10), "SIGQUIT");
	}
	rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/**
 * Signal 0 only asks whether the process exists.
 * @returns false if it does not
 */
export function signal(pid: number, what: NodeJS.Signals | 0): boolean {
	try {
		return process.kill(pid, what);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
