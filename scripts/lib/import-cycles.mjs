import { importsOf, lineOf } from "./source-text.mjs";

/**
 * @typedef {import("./source-text.mjs").SourceText} SourceText
 * @typedef {{ path: string, source: string, text: SourceText }} ParsedFile
 * @typedef {{ path: string, line: number, problem: string }} Violation
 */

/**
 * Each knot of files that need one another is reported once, at the import that closes it.
 *
 * @param {readonly ParsedFile[]} files
 * @returns {Violation[]}
 */
export function checkCycles(files) {
	const byPath = new Map(files.map((file) => [file.path, file]));
	/** @type {Map<string, "open" | "done">} */
	const state = new Map();
	/** @type {Violation[]} */
	const found = [];
	/** @type {(file: ParsedFile, trail: readonly string[]) => void} */
	const visit = (file, trail) => {
		state.set(file.path, "open");
		for (const { specifier, offset } of importsOf(file.text)) {
			const target = specifier.startsWith(".") ? byPath.get(resolvePath(file.path, specifier)) : undefined;
			if (target === undefined) continue;
			const here = [...trail, file.path];
			if (state.get(target.path) === "open") {
				const knot = [...here.slice(here.indexOf(target.path)), target.path];
				found.push({
					path: file.path,
					line: lineOf(file.source, offset),
					problem: `closes a cycle: ${knot.join(" → ")}`,
				});
			} else if (state.get(target.path) === undefined) {
				visit(target, here);
			}
		}
		state.set(file.path, "done");
	};
	for (const file of files) if (state.get(file.path) === undefined) visit(file, []);
	return found;
}

/**
 * Folders beside each other in the `src` of a package need one another in one direction only, also where no
 * two files do: `db` and `migrations` are read one after the other, or not at all.
 *
 * @param {readonly ParsedFile[]} files what ships
 * @returns {Violation[]} every import of the smaller direction of a cycle of two, and one import of each longer cycle
 */
export function checkFolderCycles(files) {
	/** @type {Map<string, Map<string, Violation[]>>} */
	const imports = new Map();
	// A stylesheet only gathers others.
	for (const file of files.filter(({ path }) => !path.endsWith(".css"))) {
		for (const { specifier, offset } of importsOf(file.text)) {
			const from = folderOf(file.path);
			const to = specifier.startsWith(".") ? folderOf(resolvePath(file.path, specifier)) : undefined;
			if (from === undefined || to === undefined || from === to) continue;
			const targets = imports.get(from) ?? new Map();
			imports.set(from, targets);
			const line = lineOf(file.source, offset);
			const problem = `imports ${specifier}, and so closes a cycle of folders`;
			targets.set(to, [...(targets.get(to) ?? []), { path: file.path, line, problem }]);
		}
	}
	/** @type {(from: string, to: string, seen?: Set<string>) => string[] | undefined} */
	const way = (from, to, seen = new Set()) => {
		if (from === to) return [to];
		seen.add(from);
		for (const next of imports.get(from)?.keys() ?? []) {
			const rest = seen.has(next) ? undefined : way(next, to, seen);
			if (rest) return [from, ...rest];
		}
		return undefined;
	};
	/** @type {Violation[]} */
	const found = [];
	for (const [from, targets] of imports) {
		for (const [to, closing] of targets) {
			const back = way(to, from);
			if (!back) continue;
			const opposite = back
				.slice(0, -1)
				.map((folder, n) => imports.get(folder)?.get(back[n + 1] ?? "") ?? []);
			const isSmallest = opposite.every(
				(others) =>
					closing.length < others.length ||
					(closing.length === others.length && (closing[0]?.path ?? "") > (others[0]?.path ?? "")),
			);
			if (!isSmallest) continue;
			const knot = [from, ...back].map((folder) => folder.replace(/.*\//, ""));
			found.push(...closing.map((one) => ({ ...one, problem: `${one.problem}: ${knot.join(" → ")}` })));
		}
	}
	return found;
}

function folderOf(/** @type {string} */ path) {
	return /^(packages\/[^/]+\/src\/[^/]+)\//.exec(path)?.[1];
}

/**
 * @param {string} from
 * @param {string} specifier
 */
export function resolvePath(from, specifier) {
	const parts = from.split("/").slice(0, -1);
	for (const part of (specifier.split("?")[0] ?? "").split("/")) {
		if (part === "..") parts.pop();
		else if (part !== ".") parts.push(part);
	}
	return parts.join("/");
}
