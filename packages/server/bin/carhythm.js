#!/usr/bin/env node
// Checks the Node version before anything native loads (the SQLite driver crashes on an older one), then runs the build.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
const built = new URL("../dist/cli.js", import.meta.url);

if (major < 22 || (major === 22 && minor < 14)) {
	console.error(
		`CaRhythm needs Node 22.14 or newer; this is ${process.versions.node}. Run it through npm (npx carhythm …) or install a newer Node.`,
	);
	process.exitCode = 2;
} else if (!existsSync(built)) {
	console.error("CaRhythm is not built yet. Run: npm run build");
	process.exitCode = 2;
} else {
	await import(built.href);
}
