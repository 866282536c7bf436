// `npm run campaign:migrations`: the tests of the migration runner, killing it at every moment instead of at
// a sample of them, going down and up again with 200,000 responses, taking over databases in every state in
// which they are found, and from each of those states, empty, served and of every release down to every
// number and up again.
import { run, stopChildrenOnInterrupt, tool, toolEnvironment } from "./lib/run.mjs";

stopChildrenOnInterrupt();
const result = await run(
	tool("vitest"),
	[
		"run",
		"--project",
		"server",
		"src/migrations/runner.test.ts",
		"src/migrations/adoption/adoption.test.ts",
		"src/migrations/round-trips.test.ts",
		"src/migrations/plan/plan.test.ts",
		"test/releases",
	],
	{
		env: { ...toolEnvironment(), CARHYTHM_KILLS: "all", CARHYTHM_ROWS: "200000", CARHYTHM_STATES: "all" },
		onOutput: (text) => process.stdout.write(text),
	},
);
process.exitCode = result.ok ? 0 : 1;
