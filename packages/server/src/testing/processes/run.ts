import { type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

const SOURCES = fileURLToPath(new URL("../../", import.meta.url));

/** A program in the bundle of this run, see programs-setup.ts; else in the sources. */
function programOf(file: URL): string {
	const source = fileURLToPath(file);
	const bundled = join(
		process.env["CARHYTHM_TEST_PROGRAMS"] ?? "",
		relative(SOURCES, source).replace(/\.ts$/, ".js"),
	);
	return process.env["CARHYTHM_TEST_PROGRAMS"] && existsSync(bundled) ? bundled : source;
}

const COMPILE_CACHE = join(tmpdir(), "carhythm-compile-cache");
/**
 * Backups of PostgreSQL go here, not into the home folder of whoever runs the tests. Gone with the folder of
 * the run.
 */
const DATA = join(process.env["CARHYTHM_TEST_FOLDER"] ?? tmpdir(), "carhythm-test-data");

/** Runs a TypeScript file as a process of its own, to its end. */
export function runFile(file: URL, words: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
	const { child, ended } = startFile(file, words, options);
	child.stdin?.end();
	return ended;
}

/** Starts a TypeScript file as a process of its own. */
export function startFile(file: URL, words: readonly string[], options: SpawnOptions = {}) {
	const child = spawn(process.execPath, [programOf(file), ...words], {
		stdio: "pipe",
		...options,
		// Many processes start the same program: compiling it once saves half of each start.
		env: { NODE_COMPILE_CACHE: COMPILE_CACHE, XDG_DATA_HOME: DATA, ...(options.env ?? process.env) },
	});
	let stdout = "";
	let stderr = "";
	child.stdout?.on("data", (bytes) => {
		stdout += bytes;
	});
	child.stderr?.on("data", (bytes) => {
		stderr += bytes;
	});
	const ended = new Promise<Ended>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
	return { child, ended };
}

/** The command line. */
export const CLI = new URL("../../cli.ts", import.meta.url);

/** Runs the command line on a database, a file or an address, with nothing set in its environment but that. */
export function carhythm(database: string, ...words: readonly string[]): Promise<Ended> {
	const address = /^(sqlite|postgres):/.test(database) ? database : `sqlite:${database}`;
	const environment = { PATH: process.env["PATH"], DATABASE_URL: address };
	return runFile(CLI, words, { env: environment });
}
