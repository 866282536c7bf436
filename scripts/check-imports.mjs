// Holds the borders between the packages: see lib/import-rules.mjs for the rules.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkImports } from "./lib/import-rules.mjs";
import { root } from "./lib/run.mjs";

const packages = ["core", "client", "server", "ui", "student"];
const sourceFile = /\.(?:ts|tsx|mjs|js|css)$/;
const notOurs = /^(?:node_modules|dist|generated|coverage|test-results|\..*)$/;

const sources = ["packages", "scripts"]
	.flatMap(filesUnder)
	.map((path) => ({ path, source: readFileSync(join(root, path), "utf8") }));
const violations = checkImports(
	sources,
	Object.fromEntries(packages.map((name) => [name, dependenciesOf(name)])),
);

for (const { path, line, problem } of violations) console.error(`${path}:${line} ${problem}`);
console.log(
	violations.length === 0
		? `${sources.length} files keep to the rules.`
		: `${violations.length} violations in ${sources.length} files.`,
);
process.exitCode = violations.length === 0 ? 0 : 1;

/** @returns {string[]} */
function filesUnder(/** @type {string} */ folder) {
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		if (notOurs.test(entry.name)) return [];
		const path = `${folder}/${entry.name}`;
		if (entry.isDirectory()) return filesUnder(path);
		return sourceFile.test(entry.name) ? [path] : [];
	});
}

/** @returns {string[]} */
function dependenciesOf(/** @type {string} */ name) {
	const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
	return Object.keys(manifest.dependencies ?? {});
}
