import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

const binFolder = join(root, "node_modules", ".bin");
const isWindows = process.platform === "win32";
const interrupts = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** The Node the project runs on: it comes with the dependencies, so the installed one may be older. */
export function projectNode() {
	const path = join(root, "node_modules", "node", "bin", isWindows ? "node.exe" : "node");
	return existsSync(path) ? path : process.execPath;
}

/** The environment in which every tool of the project finds its own Node and its own binaries first. */
export function toolEnvironment() {
	return { ...process.env, PATH: `${binFolder}${delimiter}${process.env["PATH"] ?? ""}` };
}

/**
 * The environment in which npm itself runs, without our own Node: `npm ci` deletes that one first, while it
 * would run on it.
 */
export function npmEnvironment() {
	const folders = (process.env["PATH"] ?? "").split(delimiter);
	return {
		...process.env,
		PATH: folders.filter((f) => !f.includes(`node_modules${sep}.bin`)).join(delimiter),
	};
}

/** Output that is kept and shown later, perhaps in a file, has no colour codes. */
function withoutColour(/** @type {NodeJS.ProcessEnv} */ environment) {
	const { FORCE_COLOR: _colour, ...rest } = environment;
	return { ...rest, NO_COLOR: "1" };
}

/** The path of a tool's own JavaScript or binary, as npm links it. */
export function tool(/** @type {string} */ name) {
	return join(binFolder, isWindows ? `${name}.cmd` : name);
}

/**
 * Runs a command to its end and keeps what it printed. Children get their own process group, so that what
 * they started (a browser, a server) ends with them.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onOutput?: (text: string) => void }}
 *   [options]
 * @returns {Promise<{ ok: boolean, code: number | null, timedOut: boolean, output: string }>}
 */
export function run(command, args, options = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, args, {
			cwd: options.cwd ?? root,
			env: withoutColour(options.env ?? toolEnvironment()),
			stdio: ["ignore", "pipe", "pipe"],
			detached: !isWindows,
			shell: isWindows && command.endsWith(".cmd"),
		});
		running.add(child);
		let output = "";
		let timedOut = false;
		const timer =
			options.timeoutMs === undefined
				? undefined
				: setTimeout(() => {
						timedOut = true;
						killGroup(child, "SIGKILL");
					}, options.timeoutMs);
		const collect = (/** @type {Buffer} */ chunk) => {
			output += chunk.toString();
			options.onOutput?.(chunk.toString());
		};
		const finish = (/** @type {number | null} */ code) => {
			clearTimeout(timer);
			running.delete(child);
			resolve({ ok: code === 0 && !timedOut, code, timedOut, output });
		};
		child.stdout.on("data", collect);
		child.stderr.on("data", collect);
		child.on("error", (error) => {
			output += `${error.message}\n`;
			finish(null);
		});
		child.on("close", finish);
	});
}

/**
 * Ends everything that `run` started, and then this process, when someone interrupts it.
 *
 * @returns {() => void} removes the signal handlers again
 */
export function stopChildrenOnInterrupt() {
	const stop = (/** @type {NodeJS.Signals} */ signal) => {
		for (const child of running) killGroup(child, "SIGKILL");
		process.exit(exitCodeOf(signal));
	};
	for (const signal of interrupts) process.on(signal, stop);
	return () => {
		for (const signal of interrupts) process.off(signal, stop);
	};
}

/** The exit code by which a shell knows that a signal ended a process. */
export function exitCodeOf(/** @type {NodeJS.Signals} */ signal) {
	return 128 + constants.signals[signal];
}

/** The end of a long output: where a tool says what went wrong. */
export function tail(/** @type {string} */ text, lines = 30) {
	return text.trimEnd().split("\n").slice(-lines).join("\n");
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function killGroup(child, signal) {
	if (child.pid === undefined) return;
	try {
		if (isWindows) child.kill(signal);
		else process.kill(-child.pid, signal);
	} catch {
		// It has ended already.
	}
}
