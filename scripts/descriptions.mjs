// Writes the sentences of the OpenAPI document, from the comments in `packages/core/src`. A test says when they
// are out of date.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDocstrings } from "./lib/docstrings.mjs";
import { root, run, tool } from "./lib/run.mjs";

const file = join(root, "packages/server/src/http/docs/descriptions.ts");
const table = JSON.stringify(readDocstrings(join(root, "packages/core/src")), null, "\t");
writeFileSync(
	file,
	`/** Written by \`node scripts/descriptions.mjs\` from the comments in \`packages/core/src\`. */\nexport const DESCRIPTIONS: Readonly<Record<string, string>> = ${table};\n`,
);
await run(tool("biome"), ["format", "--write", file]);
