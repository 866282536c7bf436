import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { installEngine } from "./pack.mjs";
import { root } from "./run.mjs";

/** Builds the front ends in `examples` with the packed engine, as their README files tell it, into a folder each. */
export async function buildExamples(/** @type {string} */ into) {
	const work = mkdtempSync(join(tmpdir(), "carhythm-examples-"));
	try {
		await installEngine(work, ["react", "react-dom", "scheduler"]);
		mkdirSync(into, { recursive: true });
		cpSync(join(root, "examples", "plain-html"), join(into, "plain-html"), { recursive: true });
		cpSync(
			join(work, "node_modules", "@carhythm", "client", "dist", "browser", "carhythm.js"),
			join(into, "plain-html", "carhythm.js"),
		);
		for (const name of ["index.html", "src", "tsconfig.json"]) {
			cpSync(join(root, "examples", "react", name), join(work, name), { recursive: true });
		}
		await build({
			root: work,
			base: "./",
			configFile: false,
			logLevel: "error",
			oxc: { jsx: { runtime: "automatic", importSource: "react" } },
			build: { outDir: join(into, "react"), emptyOutDir: true, target: "es2022" },
		});
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}
