/**
 * The result of one suite of `npm test`. A check that is not made of tests (formatting, types, …) counts as
 * one test.
 *
 * @typedef {{ passed: number, failed: number }} Counts
 * @typedef {Counts & { name: string, seconds: number, note?: string }} SuiteResult
 */

/**
 * The numbers in the JSON report of vitest.
 *
 * @param {unknown} report
 * @param {boolean} ok whether vitest exited with 0
 * @returns {Counts}
 */
export function countVitest(report, ok) {
	return failUnlessOk(numberAt(report, "numPassedTests"), numberAt(report, "numFailedTests"), ok);
}

/**
 * The numbers in the JSON report of Playwright. A flaky test is a failed one: nothing here may need luck.
 *
 * @param {unknown} report
 * @param {boolean} ok whether Playwright exited with 0
 * @returns {Counts}
 */
export function countPlaywright(report, ok) {
	const stats = isObject(report) ? report["stats"] : undefined;
	return failUnlessOk(
		numberAt(stats, "expected"),
		numberAt(stats, "unexpected") + numberAt(stats, "flaky"),
		ok,
	);
}

/** @returns {string[]} the table that ends a run, whose last line is the one that machines read */
export function summarize(/** @type {readonly SuiteResult[]} */ results) {
	const width = Math.max(...results.map((result) => result.name.length), 5);
	const total = totalOf(results);
	return [
		`${"Suite".padEnd(width)}  ${"Passed".padStart(7)}  ${"Failed".padStart(7)}  ${"Seconds".padStart(8)}`,
		...results.map(({ name, passed, failed, seconds, note }) => {
			const numbers = `${String(passed).padStart(7)}  ${String(failed).padStart(7)}  ${seconds.toFixed(1).padStart(8)}`;
			return `${name.padEnd(width)}  ${numbers}${note === undefined ? "" : `  ${note}`}`;
		}),
		"",
		`${total.passed} passed, ${total.failed} failed`,
	];
}

/** A run has passed when nothing failed and something was tested. */
export function hasPassed(/** @type {readonly SuiteResult[]} */ results) {
	const total = totalOf(results);
	return total.failed === 0 && total.passed > 0;
}

/** @returns {Counts} */
function totalOf(/** @type {readonly SuiteResult[]} */ results) {
	return {
		passed: results.reduce((sum, result) => sum + result.passed, 0),
		failed: results.reduce((sum, result) => sum + result.failed, 0),
	};
}

/**
 * A tool that failed without a failed test (a file that could not be loaded), or that ran no test, counts as
 * one failure.
 *
 * @param {number} passed
 * @param {number} failed
 * @param {boolean} ok
 * @returns {Counts}
 */
function failUnlessOk(passed, failed, ok) {
	const hasFailed = !ok || passed + failed === 0;
	return { passed, failed: hasFailed ? Math.max(failed, 1) : failed };
}

/**
 * @param {unknown} value
 * @param {string} key
 */
function numberAt(value, key) {
	const found = isObject(value) ? value[key] : undefined;
	return typeof found === "number" ? found : 0;
}

/** @returns {value is Record<string, unknown>} */
function isObject(/** @type {unknown} */ value) {
	return typeof value === "object" && value !== null;
}
