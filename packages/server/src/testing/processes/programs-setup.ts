import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { runFolder } from "../folders/run-folder.ts";

// Tests start the command line and a few small programs some thousand times. A bundle starts in a quarter of
// the time that the sources take; `npm test` asks for it, and who works on one test does without.

const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));
const ROOT = join(PACKAGE, "../..");

/** Loaded by name as in the sources: the one is native, and control arms of the campaigns weaken both. */
const EXTERNAL = ["better-sqlite3", "pg"];

/** What tests start as processes of their own, below `src`, without the ending. */
const STARTED = [
	"cli",
	"testing/programs/migrate-and-die",
	"testing/programs/take-turns",
	"testing/programs/transfer-money",
	"testing/programs/restore-and-die",
	"testing/programs/backup-and-die",
	"testing/programs/racer",
];

/** Bundles what tests start, once for all workers of the run. */
export async function setup(): Promise<void> {
	if (process.env["CARHYTHM_TEST_BUNDLE"] !== "1") return;
	const folder = mkdtempSync(join(runFolder(), "programs-"));
	await bundlePrograms(folder, STARTED);
	process.env["CARHYTHM_TEST_PROGRAMS"] = folder;
}

/**
 * Bundles programs into a folder, from which they run like the sources.
 * @param names paths below `src` without the ending; each becomes `NAME.js` in the folder
 */
export async function bundlePrograms(folder: string, names: readonly string[]): Promise<void> {
	await build({
		root: PACKAGE,
		configFile: false,
		logLevel: "error",
		build: {
			ssr: true,
			outDir: folder,
			emptyOutDir: false,
			target: "node22",
			minify: false,
			rolldownOptions: {
				input: Object.fromEntries(names.map((name) => [name, join(PACKAGE, "src", `${name}.ts`)])),
				external: EXTERNAL,
				output: { entryFileNames: "[name].js" },
			},
		},
		ssr: { noExternal: true, external: EXTERNAL },
	});
	writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
	for (const name of ["node_modules", "content", "packages/server/src/http/docs"]) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		symlinkSync(join(ROOT, name), join(folder, name));
	}
}
