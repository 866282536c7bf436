// `npm run campaign:migrations`: the tests of the migration runner, killing it at every moment instead of at a
// sample of them, and going down and up again with 200,000 responses.
import { run, stopChildrenOnInterrupt, tool, toolEnvironment } from "./lib/run.mjs";

stopChildrenOnInterrupt();
const result = await run(tool("vitest"), ["run", "packages/server/src/migrations/runner.test.ts"], {
	env: { ...toolEnvironment(), CARHYTHM_KILLS: "all", CARHYTHM_ROWS: "200000" },
	onOutput: (text) => process.stdout.write(text),
});
process.exitCode = result.ok ? 0 : 1;
