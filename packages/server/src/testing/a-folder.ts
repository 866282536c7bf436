import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
const ENOUGH_BYTES = 1e9;

/** In memory where there is plenty: what happens to a disk is the subject of tests of their own. */
const place = isRoomy(MEMORY) ? MEMORY : tmpdir();

function isRoomy(folder: string): boolean {
	try {
		const { bavail, bsize } = statfsSync(folder);
		return bavail * bsize > ENOUGH_BYTES;
	} catch {
		return false;
	}
}

/** An empty folder that is gone after the test. */
export function aFolder() {
	const path = mkdtempSync(join(place, "carhythm-test-"));
	return {
		path,
		file: (name: string) => join(path, name),
		[Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
	};
}
