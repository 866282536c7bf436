import fc from "fast-check";
import { afterEach } from "vitest";

// All randomized tests of a run draw from one seed, which vitest.config.ts chooses. A failure says it, also
// one that is no broken property but a time limit or a check of what all runs met.

const seed = Number(process.env["CARHYTHM_TEST_SEED"]);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

afterEach(({ task }) => {
	if (task.result?.state === "fail")
		console.error(
			`The seed of randomized tests is ${seed}: CARHYTHM_TEST_SEED=${seed} gives the same again.`,
		);
});
