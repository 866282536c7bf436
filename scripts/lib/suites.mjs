import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensurePostgresTools } from "./postgres.mjs";
import { ensureProxies } from "./proxies.mjs";
import { countPlaywright, countVitest } from "./report.mjs";
import { projectNode, root, run, tail, tool, toolEnvironment } from "./run.mjs";

/**
 * @typedef {import("./report.mjs").Counts & { log?: string, note?: string }} Outcome
 * @typedef {object} Suite
 * @property {string} key what `--only` calls it
 * @property {string} name
 * @property {boolean} [needsBuild]
 * @property {boolean} [isSlow] left out of `npm run test:quick`
 * @property {(say: (line: string) => void, options: { quick: boolean }) => Promise<Outcome>} run
 */

const minute = 60_000;

/** @type {readonly Suite[]} in the order in which they run */
export const suites = [
	{
		key: "lint",
		name: "Format and lint",
		run: () => check(tool("biome"), ["check", "--error-on-warnings", "--max-diagnostics=50", "."]),
	},
	{
		key: "imports",
		name: "Relative imports",
		run: () => check(projectNode(), ["scripts/check-imports.mjs"]),
	},
	{ key: "types", name: "Types", run: () => check(projectNode(), ["scripts/types.mjs"]) },
	{ key: "knip", name: "Unused code", run: () => check(tool("knip"), ["--no-progress"]) },
	{ key: "vitest", name: "Unit and API tests", run: runVitest },
	{ key: "build", name: "Build", run: runBuild },
	{ key: "browser", name: "Browser tests", needsBuild: true, isSlow: true, run: runBrowser },
];

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
async function check(command, args) {
	const result = await run(command, args, { timeoutMs: 3 * minute });
	return result.ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, ...explain(result) };
}

/**
 * @param {(line: string) => void} say
 * @param {{ quick: boolean }} options
 * @returns {Promise<Outcome>}
 */
async function runVitest(say, { quick }) {
	const tools = await ensurePostgresTools(say);
	// The tests that need them fail, each with its reason; this says what to do about it.
	if (!tools.found) say(tools.problem);
	// The tests of deploy/ say which file they could not try.
	const proxies = await ensureProxies(say);
	if (!proxies.found) say(proxies.problem);
	return withReportFile(async (reportFile) => {
		const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
		const env = {
			...toolEnvironment(),
			CARHYTHM_TEST_BUNDLE: "1",
			...(quick ? { CARHYTHM_QUICK: "1" } : {}),
		};
		const result = await run(tool("vitest"), args, { env, timeoutMs: 30 * minute });
		const counts = countVitest(readReport(reportFile), result.ok);
		return counts.failed === 0 ? counts : { ...counts, ...explain(result) };
	});
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<Outcome>}
 */
async function runBuild(say) {
	const built = await ensureBuilt({ say });
	return built.ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, log: built.log, note: built.problem };
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<Outcome>}
 */
async function runBrowser(say) {
	const chromium = await ensureChromium(say);
	if (!chromium.found) return { passed: 0, failed: 1, note: `not run: ${chromium.problem}` };
	return withReportFile(async (reportFile) => {
		const result = await run(tool("playwright"), ["test", "--reporter=list,json"], {
			cwd: join(root, "packages", "student"),
			env: {
				...toolEnvironment(),
				PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
				...(chromium.path === undefined ? {} : { CARHYTHM_CHROMIUM: chromium.path }),
			},
			timeoutMs: 16 * minute,
		});
		const counts = countPlaywright(readReport(reportFile), result.ok);
		return counts.failed === 0 ? counts : { ...counts, ...explain(result) };
	});
}

/** @returns {Pick<Outcome, "log" | "note">} */
function explain(/** @type {{ timedOut: boolean, output: string }} */ result) {
	return { log: tail(result.output, 150), ...(result.timedOut ? { note: "stopped: took too long" } : {}) };
}

/**
 * @param {(reportFile: string) => Promise<Outcome>} work
 * @returns {Promise<Outcome>}
 */
async function withReportFile(work) {
	const folder = mkdtempSync(join(tmpdir(), "carhythm-report-"));
	try {
		return await work(join(folder, "report.json"));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** @returns {unknown} nothing when the tool ended before it could write its report */
function readReport(/** @type {string} */ path) {
	if (!existsSync(path)) return undefined;
	try {
		return JSON.parse(readFileSync(path, "utf8"));
	} catch {
		return undefined;
	}
}
