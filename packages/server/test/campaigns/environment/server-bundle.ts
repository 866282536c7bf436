import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runFolder } from "../../../src/testing/folders/run-folder.ts";
import { bundlePrograms } from "../../../src/testing/processes/programs-setup.ts";

/** The bundled command line, in a folder that all processes of a test run share. */
export type ServerBundle = {
	cli: string;
	/** The folder of Node's compile cache. */
	compile_cache: string;
};

/**
 * Bundles the command line once a test run. The bundle starts in a third of the time that the sources take,
 * and edits of the sources during a campaign do not reach it.
 * @param warmUp runs a new bundle once and ends it in order, which fills the compile cache
 */
export async function bundleServer(warmUp: (program: ServerBundle) => Promise<void>): Promise<ServerBundle> {
	const folder = join(runFolder(), "program");
	const program: ServerBundle = { cli: join(folder, "cli.js"), compile_cache: join(folder, "compiled") };
	if (existsSync(folder)) return program;
	const made = mkdtempSync(`${folder}-`);
	await bundlePrograms(made, ["cli"]);
	try {
		renameSync(made, folder);
	} catch {
		// Another process of the test run was faster.
		rmSync(made, { recursive: true });
		return program;
	}
	await warmUp(program);
	return program;
}
