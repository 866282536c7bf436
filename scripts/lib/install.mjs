import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { npmEnvironment, root, run, tail } from "./run.mjs";

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, optional?: boolean, devOptional?:
 *   boolean }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} Lock
 */

/**
 * Whether what npm last installed is what the lock file asks for. npm writes its record of what it installed
 * as its last step: an interrupted installation does not count as complete, and `npm install` by hand does.
 *
 * @param {Lock} wanted the content of package-lock.json
 * @param {Lock} installed the content of node_modules/.package-lock.json
 */
export function isSameInstall(wanted, installed) {
	const present = installed.packages ?? {};
	return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
		if (path === "") return true;
		const found = present[path];
		if (found === undefined) return entry.optional === true || entry.devOptional === true;
		return (
			found.version === entry.version &&
			found.integrity === entry.integrity &&
			found.resolved === entry.resolved
		);
	});
}

function isInstalled() {
	const installed = join(root, "node_modules", ".package-lock.json");
	if (!existsSync(installed) || !existsSync(join(root, "node_modules", "node", "bin"))) return false;
	try {
		return isSameInstall(readJson(join(root, "package-lock.json")), readJson(installed));
	} catch {
		return false;
	}
}

/**
 * Installs the dependencies of the lock file, unless they are installed.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<{ ok: true } | { ok: false, problem: string, log: string }>}
 */
export async function ensureInstalled(say) {
	if (isInstalled()) return { ok: true };
	const isFirst = !existsSync(join(root, "node_modules"));
	say(
		isFirst
			? "Installing the dependencies (first time, about half a minute) …"
			: "Installing the dependencies again: those here are incomplete or no longer the right ones …",
	);
	const isWindows = process.platform === "win32";
	const result = await run(
		isWindows ? "npm.cmd" : "npm",
		["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=warn"],
		{ env: npmEnvironment() },
	);
	if (result.ok) return { ok: true };
	return {
		ok: false,
		problem: "The dependencies could not be installed. Check the network connection and try again.",
		log: tail(result.output),
	};
}

/** @returns {Lock} */
function readJson(/** @type {string} */ path) {
	return JSON.parse(readFileSync(path, "utf8"));
}
