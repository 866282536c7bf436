import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const MEMORY = "/dev/shm";

/** Memory where there is plenty of it: what happens to a disk is the subject of tests of their own. */
export function roomyFolder(needed_bytes: number): string {
	try {
		const { bavail, bsize } = statfsSync(MEMORY);
		return bavail * bsize > needed_bytes ? MEMORY : tmpdir();
	} catch {
		return tmpdir();
	}
}
