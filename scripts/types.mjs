// `npm run types`: type-checks the sources of every package with the globals and types that they may use, and
// its tests with those of Node besides.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, run, tool } from "./lib/run.mjs";

const packages = ["core", "client", "server", "ui", "student"];
const projects = [
	"tsconfig.json",
	"examples/react/tsconfig.json",
	...packages.flatMap((name) => [`packages/${name}/tsconfig.json`, `packages/${name}/tsconfig.test.json`]),
].filter((project) => existsSync(join(root, project)));

let failed = 0;
for (const project of projects) {
	const result = await run(tool("tsc"), ["--project", project, "--pretty", "false"]);
	if (result.ok) continue;
	failed += 1;
	console.error(`${project}\n${result.output}`);
}
console.log(`${projects.length - failed} of ${projects.length} projects are free of type errors.`);
process.exitCode = failed === 0 ? 0 : 1;
