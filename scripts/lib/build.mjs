import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, run, tail, tool } from "./run.mjs";

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} label
 * @property {string} folder where `vite build` runs
 * @property {string} output a file that exists once the build is complete
 * @property {readonly string[]} sources files and folders that the build reads
 */

/** @type {readonly Target[]} */
const targets = [
	{
		name: "student",
		label: "the pages",
		folder: "packages/student",
		output: "packages/student/dist/index.html",
		sources: [
			"package-lock.json",
			"packages/core/src",
			"packages/client/src",
			"packages/ui/src",
			"packages/student",
		],
	},
	{
		name: "server",
		label: "the server",
		folder: "packages/server",
		output: "packages/server/dist/cli.js",
		sources: [
			"package-lock.json",
			"packages/core/src",
			"packages/server/src",
			"packages/server/package.json",
			"packages/server/vite.config.ts",
		],
	},
];

const ignored = /(^|\/)(dist|node_modules|e2e|test-results)$|\.test\.[a-z]+$/;

/**
 * Builds each target whose sources have changed since its last build. A hash of their contents decides, not
 * their dates, which git sets anew at each checkout.
 *
 * @param {{ force?: boolean, say: (line: string) => void }} options
 * @returns {Promise<{ ok: true } | { ok: false, problem: string, log: string }>}
 */
export async function ensureBuilt({ force = false, say }) {
	for (const target of targets) {
		const stamp = join(root, "node_modules", ".cache", "carhythm", `${target.name}.built`);
		const fingerprint = fingerprintOf(target.sources);
		if (!force && existsSync(join(root, target.output)) && readIfThere(stamp) === fingerprint) continue;
		say(`Building ${target.label} …`);
		rmSync(stamp, { force: true });
		const result = await run(tool("vite"), ["build", "--logLevel", "warn"], {
			cwd: join(root, target.folder),
		});
		if (!result.ok || !existsSync(join(root, target.output))) {
			return {
				ok: false,
				problem: `Building ${target.label} (${target.folder}) failed; the lines above say why.`,
				log: tail(result.output),
			};
		}
		mkdirSync(dirname(stamp), { recursive: true });
		writeFileSync(stamp, fingerprint);
	}
	return { ok: true };
}

function fingerprintOf(/** @type {readonly string[]} */ sources) {
	const hash = createHash("sha256");
	for (const source of sources) {
		for (const file of filesUnder(source)) {
			hash
				.update(`${file}\0`)
				.update(readFileSync(join(root, file)))
				.update("\0");
		}
	}
	return hash.digest("hex");
}

/** @returns {string[]} */
function filesUnder(/** @type {string} */ path) {
	if (ignored.test(path) || !existsSync(join(root, path))) return [];
	if (statSync(join(root, path)).isFile()) return [path];
	const names = readdirSync(join(root, path)).sort();
	return names.flatMap((name) => filesUnder(`${path}/${name}`));
}

function readIfThere(/** @type {string} */ path) {
	return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
