// `npm run imports`, after Biome has checked the borders that packages/*/biome.json draw.
import { checkRelativeImports } from "./lib/relative-imports.mjs";
import { root } from "./lib/run.mjs";

const problems = checkRelativeImports(root);
for (const problem of problems) console.error(problem);
if (problems.length === 0)
	console.log("Relative imports stay in their package and close no cycle of folders.");
process.exitCode = problems.length === 0 ? 0 : 1;
