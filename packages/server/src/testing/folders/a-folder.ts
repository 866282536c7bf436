import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { roomyFolder } from "./roomy-folder.ts";

const place = roomyFolder(1e9);

/** An empty folder that is gone after the test. */
export function aFolder() {
	const path = mkdtempSync(join(place, "carhythm-test-"));
	return {
		path,
		file: (name: string) => join(path, name),
		[Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
	};
}
