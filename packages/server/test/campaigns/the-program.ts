import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundlePrograms } from "../../src/testing/programs-setup.ts";
import { runFolder } from "../../src/testing/run-folder.ts";

/** `carhythm` in a few files, in a folder that all processes of one run share. */
export type Program = {
	cli: string;
	/** Where Node keeps what it compiled of it. */
	compile_cache: string;
};

/**
 * Bundles the command line as it is now. It starts in a third of the time that the sources take, which
 * campaigns do a thousand times, and whoever edits the sources meanwhile changes nothing.
 * @param warmUp runs a new program once and ends it in order: only then does Node keep what it compiled
 */
export async function theProgram(warmUp: (program: Program) => Promise<void>): Promise<Program> {
	const folder = join(runFolder(), "program");
	const program: Program = { cli: join(folder, "cli.js"), compile_cache: join(folder, "compiled") };
	if (existsSync(folder)) return program;
	const made = mkdtempSync(`${folder}-`);
	await bundlePrograms(made, ["cli"]);
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
