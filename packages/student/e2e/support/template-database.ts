import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Map<string, Promise<string>>();

/**
 * The file of a database in which nothing has happened yet, to be copied: that is quicker than all migrations
 * once more.
 * @param assessment the one that new sessions get
 * @param make makes such a database at a path
 */
export function templateDatabase(
	assessment: string,
	make: (path: string) => Promise<unknown>,
): Promise<string> {
	const before = made.get(assessment);
	if (before !== undefined) return before;
	const folder = mkdtempSync(join(tmpdir(), "carhythm-template-"));
	process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
	const path = join(folder, "template.db");
	const making = make(path).then(() => path);
	made.set(assessment, making);
	return making;
}
