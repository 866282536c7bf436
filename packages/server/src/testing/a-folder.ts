import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder that is gone after the test. */
export function aFolder() {
	const path = mkdtempSync(join(tmpdir(), "carhythm-test-"));
	return {
		path,
		file: (name: string) => join(path, name),
		[Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
	};
}
