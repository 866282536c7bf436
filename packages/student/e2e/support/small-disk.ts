import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in memory that runs full, with room for a browser's profile. */
export type SmallDisk = {
	/** Where the profile lies. */
	profile: string;
	/** Takes all room that is left. */
	fill(): void;
	/** Gives so much of it back. */
	giveBack(bytes: number): void;
	remove(): void;
};

/** Mounts one of so many MiB; null where this is not possible: it needs Linux and root. */
export function aSmallDisk(mebibytes: number): SmallDisk | null {
	if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
	const path = mkdtempSync(join(tmpdir(), "carhythm-small-disk-"));
	const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", path]);
	if (status !== 0) {
		rmSync(path, { recursive: true });
		return null;
	}
	const profile = join(path, "profile");
	mkdirSync(profile);
	const filler = join(path, "filler");
	return {
		profile,
		fill: () => void spawnSync("sh", ["-c", `cat /dev/zero >> "${filler}"`], { stdio: "ignore" }),
		giveBack: (bytes) => truncateSync(filler, Math.max(0, statSync(filler).size - bytes)),
		remove() {
			spawnSync("umount", ["-l", path]);
			rmSync(path, { recursive: true, force: true });
		},
	};
}
