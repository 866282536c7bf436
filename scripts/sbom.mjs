// `npm run --silent sbom > carhythm.cdx.json`: a CycloneDX list of what the server and the pages consist of.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./lib/run.mjs";
import { keepProduction } from "./lib/sbom.mjs";

const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
const listed = await run("npm", args);
if (listed.ok) {
	const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
	console.log(JSON.stringify(keepProduction(JSON.parse(listed.output), lock), null, "\t"));
} else {
	console.error(listed.output);
	process.exitCode = 1;
}
