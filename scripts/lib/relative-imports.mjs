import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "oxc-parser";

/** @typedef {{ from: string, to: string, specifier: string }} Import paths from the root of the project */

const sources = "{packages,scripts}/**/*.{ts,tsx,mjs,js,css}";
const notOurs = /(?:^|\/)(?:node_modules|dist|generated|coverage|test-results)$/;

/** Tests, tool configurations and benches. What ships imports none of them. */
const support = /\.test\.[a-z]+$|\/(?:e2e|test|testing|bench)\/|\.config\.ts$/;

/** A disk whose power can be cut, for tests of the server and of the browser. It imports neither. */
const sharedByTests = "packages/server/test/campaigns/a-disk.ts";

/**
 * The rules that need to know where a relative import leads. All others are Biome's, in biome.json and
 * packages/*\/biome.json.
 *
 * @returns {string[]} a line for each violation
 */
export function checkRelativeImports(/** @type {string} */ root) {
	const imports = globSync(sources, { cwd: root, exclude: (path) => notOurs.test(path) })
		.map((path) => path.replaceAll("\\", "/"))
		.flatMap((path) => relativeImports(path, readFileSync(join(root, path), "utf8")));
	return [...imports.flatMap(problemOf), ...folderCycles(imports)];
}

/** @returns {Import[]} */
function relativeImports(/** @type {string} */ from, /** @type {string} */ source) {
	return specifiersOf(from, source)
		.filter((specifier) => specifier.startsWith("."))
		.map((specifier) => {
			const to = posix.join(posix.dirname(from), specifier.replace(/\?.*/, ""));
			return { from, to, specifier };
		});
}

/** @returns {string[]} */
function specifiersOf(/** @type {string} */ path, /** @type {string} */ source) {
	if (path.endsWith(".css"))
		return [...source.matchAll(/@import\s+"([^"]+)"/g)].map((match) => match[1] ?? "");
	const { staticImports, staticExports, dynamicImports } = parseSync(path, source).module;
	return [
		...staticImports.map(({ moduleRequest }) => moduleRequest.value),
		...staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? "")),
		// Of these the parser gives the expression, here with its quotes.
		...dynamicImports.map(({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1)),
	];
}

/** @returns {string[]} */
function problemOf(/** @type {Import} */ { from, to, specifier }) {
	const isSupport = support.test(from);
	if (packageOf(from) && packageOf(to) !== packageOf(from) && !(isSupport && to === sharedByTests)) {
		return [`${from} imports ${specifier}, which is outside its package; import another package by its name`];
	}
	return !isSupport && support.test(to) ? [`${from} imports ${specifier}, which is only for tests`] : [];
}

/**
 * Folders beside each other in the `src` of a package need one another in one direction only, also where no
 * two files do: `db` and `migrations` are read one after the other, or not at all. A stylesheet only gathers
 * others.
 *
 * @returns {string[]} each direction of a cycle, the one with the fewest imports first
 */
function folderCycles(/** @type {readonly Import[]} */ imports) {
	/** @type {Map<string, Map<string, string[]>>} from folder to folder, the files that import */
	const graph = new Map();
	for (const { from, to } of imports) {
		const [a, b] = [folderOf(from), folderOf(to)];
		if (!a || !b || a === b || support.test(from) || from.endsWith(".css")) continue;
		const targets = graph.get(a) ?? graph.set(a, new Map()).get(a);
		targets?.set(b, [...(targets.get(b) ?? []), from]);
	}
	/** @type {(from: string, to: string, seen?: Set<string>) => boolean} */
	const leads = (from, to, seen = new Set([from])) =>
		from === to ||
		[...(graph.get(from)?.keys() ?? [])].some((next) => !seen.has(next) && leads(next, to, seen.add(next)));
	return [...graph]
		.flatMap(([from, targets]) => [...targets].map(([to, files]) => ({ from, to, files })))
		.filter(({ from, to }) => leads(to, from))
		.sort((a, b) => a.files.length - b.files.length)
		.map(({ from, to, files }) => `${from} → ${to} is part of a cycle of folders, by ${files.join(", ")}`);
}

const packageOf = (/** @type {string} */ path) => /^packages\/[^/]+/.exec(path)?.[0];
const folderOf = (/** @type {string} */ path) => /^(packages\/[^/]+\/src\/[^/]+)\//.exec(path)?.[1];
