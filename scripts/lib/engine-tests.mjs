import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/**
 * Which tests of the server run on which database. A test file runs on both as soon as it uses a database of
 * "the engine at hand", directly or by way of a helper of tests: a new one needs no entry anywhere. A file
 * that is for one engine says so itself, in a line with the reason:
 *
 *     // Runs once: it tells its stories on both engines itself.
 *     // Runs on PostgreSQL only: SQLite has no roles.
 */

/**
 * The module that knows the engine at hand, and what it gives that depends on it. `ENGINES` and `aDatabaseOn`
 * name theirs.
 */
const engineModule = "src/testing/stores/an-engine.ts";
const dependsOnEngine = /(?<![\w$])(?:engine|aDatabase)(?![\w$])/;

const testFile = /\.test\.ts$/;
const testHelper = /^src\/testing\/|^test\//;
const importPattern = /^import\s+(?!type\b)([^;"]*?)\s*from\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
const runsComment = /^\/\/ Runs (once|on PostgreSQL only): \S.*\.$/m;

/**
 * @typedef {{ once: string[], both: string[], postgresOnly: string[] }} EngineTests
 */

/**
 * @param {Readonly<Record<string, string>>} files the texts of the server's files, by path from its folder
 * @returns {EngineTests}
 */
export function sortByEngine(files) {
	/** @type {Map<string, boolean>} */
	const known = new Map();
	/** @type {(path: string) => boolean} */
	const reachesEngine = (path) => {
		const found = known.get(path);
		if (found !== undefined) return found;
		known.set(path, false);
		const reaches = [...(files[path] ?? "").matchAll(importPattern)].some(([, names = "", from, dynamic]) => {
			const target = posix.join(posix.dirname(path), from ?? dynamic ?? "");
			if (target === engineModule) return dependsOnEngine.test(names.replace(/\btype\s+\w+/g, ""));
			return testHelper.test(target) && !testFile.test(target) && reachesEngine(target);
		});
		known.set(path, reaches);
		return reaches;
	};
	/** @type {EngineTests} */
	const sorted = { once: [], both: [], postgresOnly: [] };
	for (const path of Object.keys(files).filter((one) => testFile.test(one))) {
		const runs = runsComment.exec(files[path] ?? "")?.[1];
		if (runs === "on PostgreSQL only") sorted.postgresOnly.push(path);
		else if (runs === "once" || !reachesEngine(path)) sorted.once.push(path);
		else sorted.both.push(path);
	}
	return sorted;
}

/** The server's tests as they are on the disk. @param {string} packageRoot */
export function engineTests(packageRoot) {
	/** @type {Record<string, string>} */
	const files = {};
	for (const folder of ["src", "test"]) {
		for (const entry of readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })) {
			if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
			const file = join(entry.parentPath, entry.name);
			files[file.slice(packageRoot.length + 1).replaceAll("\\", "/")] = readFileSync(file, "utf8");
		}
	}
	return sortByEngine(files);
}
