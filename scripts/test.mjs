// `npm test`: everything that has to hold, in one run. Options: `--quick` leaves out the browser and what
// starts many processes, `--only vitest,types` runs some suites, `--list` names them.
import { parseArgs } from "node:util";
import { ensureInstalled } from "./lib/install.mjs";
import { hasPassed, summarize } from "./lib/report.mjs";
import { stopChildrenOnInterrupt } from "./lib/run.mjs";
import { suites } from "./lib/suites.mjs";

/** @typedef {import("./lib/report.mjs").SuiteResult} SuiteResult */

const { values: options } = parseArgs({
	options: { quick: { type: "boolean" }, only: { type: "string" }, list: { type: "boolean" } },
});
const wantedKeys = options.only?.split(",");
const unknownKey = wantedKeys?.find((key) => suites.every((suite) => suite.key !== key));

stopChildrenOnInterrupt();
if (options.list === true || unknownKey !== undefined) {
	if (unknownKey !== undefined) console.error(`There is no suite "${unknownKey}". The suites are:`);
	for (const suite of suites) console.log(`${suite.key.padEnd(10)}${suite.name}`);
	process.exitCode = unknownKey === undefined ? 0 : 2;
} else {
	const results = await runAll();
	console.log(`\n${summarize(results).join("\n")}`);
	process.exitCode = hasPassed(results) ? 0 : 1;
}

async function runAll() {
	const installed = await ensureInstalled(console.log);
	if (!installed.ok) {
		console.error(`${installed.log}\n\n${installed.problem}`);
		return [{ name: "Installation", passed: 0, failed: 1, seconds: 0, note: installed.problem }];
	}
	/** @type {SuiteResult[]} */
	const results = [];
	let isBuildBroken = false;
	for (const suite of suites.filter(isWanted)) {
		const result = await runOne(suite, isBuildBroken);
		results.push(result);
		if (suite.key === "build") isBuildBroken = result.failed > 0;
	}
	return results;
}

/**
 * @param {import("./lib/suites.mjs").Suite} suite
 * @param {boolean} isBuildBroken
 * @returns {Promise<SuiteResult>}
 */
async function runOne(suite, isBuildBroken) {
	const { name } = suite;
	if (suite.needsBuild === true && isBuildBroken) {
		console.log(`\n${name}\n  not run: the build failed`);
		return { name, passed: 0, failed: 1, seconds: 0, note: "not run: the build failed" };
	}
	console.log(`\n${name}`);
	const started = performance.now();
	const { passed, failed, log, note } = await suite.run((line) => console.log(`  ${line}`), {
		quick: options.quick === true,
	});
	const seconds = (performance.now() - started) / 1000;
	if (log !== undefined) console.log(log.replace(/^/gm, "  | "));
	console.log(
		`  ${passed} passed, ${failed} failed in ${seconds.toFixed(1)} s${note === undefined ? "" : ` (${note})`}`,
	);
	return { name, passed, failed, seconds, ...(note === undefined ? {} : { note }) };
}

function isWanted(/** @type {import("./lib/suites.mjs").Suite} */ suite) {
	if (wantedKeys !== undefined)
		return wantedKeys.includes(suite.key) || (suite.key === "build" && wantedKeys.includes("browser"));
	return !(options.quick === true && suite.isSlow === true);
}
