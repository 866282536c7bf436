import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { serversFolder } from "../../src/testing/postgres-server.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Loaded by name as in the sources: the one is native, and control arms weaken both. */
const EXTERNAL = ["better-sqlite3", "pg"];

/** `carhythm` in a few files, in a folder that all processes of one run share. */
export type Program = {
	cli: string;
	/** Where Node keeps what it compiled of it. */
	compile_cache: string;
};

/**
 * Bundles the command line as it is now. It starts in a third of the time that the sources take, which campaigns do a thousand times, and
 * whoever edits the sources meanwhile changes nothing.
 * @param warmUp runs a new program once and ends it in order: only then does Node keep what it compiled
 */
export async function theProgram(warmUp: (program: Program) => Promise<void>): Promise<Program> {
	const folder = join(serversFolder(), "program");
	const program: Program = { cli: join(folder, "cli.js"), compile_cache: join(folder, "compiled") };
	if (existsSync(folder)) return program;
	const made = mkdtempSync(`${folder}-`);
	await bundle(made);
	writeFileSync(join(made, "package.json"), JSON.stringify({ type: "module" }));
	for (const name of ["node_modules", "content"]) symlinkSync(join(ROOT, name), join(made, name));
	try {
		renameSync(made, folder);
	} catch {
		// Another process of the run was quicker.
		rmSync(made, { recursive: true });
		return program;
	}
	await warmUp(program);
	return program;
}

async function bundle(folder: string): Promise<void> {
	await build({
		root: join(ROOT, "packages", "server"),
		configFile: false,
		logLevel: "error",
		build: {
			ssr: "src/cli.ts",
			outDir: folder,
			emptyOutDir: false,
			target: "node22",
			minify: false,
			rolldownOptions: { external: EXTERNAL, output: { entryFileNames: "cli.js" } },
		},
		ssr: { noExternal: true, external: EXTERNAL },
	});
}
