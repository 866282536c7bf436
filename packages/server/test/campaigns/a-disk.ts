import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const EATMYDATA = ["/usr/lib/x86_64-linux-gnu/libeatmydata.so", "/usr/lib/aarch64-linux-gnu/libeatmydata.so"];

/**
 * Stops a file system at once without flushing its log (FS_IOC_SHUTDOWN). Perl makes the call, because Node
 * cannot.
 */
const SHUTDOWN = `my $how = pack("L", 2);
	open(my $disk, "<", $ARGV[0]) or die $!;
	ioctl($disk, 0x8004587d, $how) or die $!;`;

const mounted = new Set<string>();
// An interrupted campaign leaves nothing mounted. A lazy unmount works although files are still open.
process.on("exit", () => {
	for (const path of mounted) spawnSync("umount", ["-l", path]);
});

/** The file systems that a disk can have: how they are made, and their smallest size. */
const FORMATS = {
	ext4: { make: ["mkfs.ext4", "-q", "-F", "-m", "0"], least_mib: 8 },
	xfs: { make: ["mkfs.xfs", "-q", "-f"], least_mib: 320 },
} as const;
export type FileSystem = keyof typeof FORMATS;
export const FILE_SYSTEMS = Object.keys(FORMATS) as FileSystem[];

/** A file system in an image file, whose power can be cut. */
export type Disk = Disposable & {
	/** The folder where it is mounted. */
	path: string;
	/** Cuts the power: writes that were not flushed are lost, and every later write fails. */
	cutPower(): void;
	/** Mounts it again, as after a power cut. No process may have a file open on it. */
	powerOn(): Promise<void>;
	/** Flushes everything that was written so far. */
	sync(): void;
	/**
	 * Takes so much space, or all that is left.
	 * @returns a function that gives it back
	 */
	fill(taken?: { kibibytes: number }): () => void;
};

/** Why power cuts are not possible on this machine; null where they are. */
export function whyNoPowerCuts(format: FileSystem = "ext4"): string | null {
	return spawnSync("perl", ["-v"]).error ? "perl is not installed" : whyNoDisks(format);
}

/** Why disks cannot be made on this machine; null where they can. */
export function whyNoDisks(format: FileSystem = "ext4"): string | null {
	if (process.platform !== "linux") return "it needs Linux";
	if (process.getuid?.() !== 0) return "mounting needs root";
	const folder = mkdtempSync(join(tmpdir(), "carhythm-mount-"));
	try {
		run("umount", mountNew(folder, 0, format).path);
		return null;
	} catch (error) {
		return `mounting is not possible here: ${(error as Error).message}`;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The path of the library that makes fsync do nothing, for control arms; null where it is not installed. */
export function eatMyData(): string | null {
	return EATMYDATA.find(existsSync) ?? null;
}

/** Makes and mounts a disk of so many MiB, at least what its format needs. Disposing removes it. */
export function aDisk(mebibytes: number, format: FileSystem = "ext4"): Disk {
	const folder = mkdtempSync(join(tmpdir(), "carhythm-disk-"));
	// PostgreSQL runs as another user, which needs to enter this folder.
	chmodSync(folder, 0o755);
	const { image, path } = mountNew(folder, mebibytes, format);
	mounted.add(path);
	let fillers = 0;
	return {
		path,
		cutPower: () => run("perl", "-e", SHUTDOWN, path),
		async powerOn() {
			await unmount(path);
			run("mount", "-o", "loop", image, path);
		},
		sync: () => run("sync", "-f", path),
		fill(taken) {
			fillers += 1;
			const filler = join(path, `filler-${fillers}`);
			if (taken) run("fallocate", "-l", `${taken.kibibytes}K`, filler);
			else fillUp(path, filler);
			return () => rmSync(filler, { force: true });
		},
		[Symbol.dispose]() {
			spawnSync("umount", ["-l", path]);
			mounted.delete(path);
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function fillUp(path: string, filler: string): void {
	const free = spawnSync("df", ["--output=avail", "-B1", path], { encoding: "utf8" });
	spawnSync("fallocate", ["-l", String(Math.max(Number(free.stdout.split("\n")[1]), 4096)), filler]);
	// The rest is taken too: reserved blocks, and what rounding left.
	spawnSync("sh", ["-c", `cat /dev/zero >> "${filler}"`]);
}

function mountNew(folder: string, mebibytes: number, format: FileSystem): { image: string; path: string } {
	const { make, least_mib } = FORMATS[format];
	const image = join(folder, "image");
	const path = join(folder, "disk");
	writeFileSync(image, "");
	run("truncate", "-s", `${Math.max(mebibytes, least_mib)}M`, image);
	const [program, ...words] = make;
	run(program, ...words, image);
	mkdirSync(path);
	run("mount", "-o", "loop", image, path);
	return { image, path };
}

async function unmount(path: string): Promise<void> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return run("umount", path);
		} catch (error) {
			// A killed process may take a moment to close its files.
			if (attempt === 200) throw error;
			await sleep(25);
		}
	}
}

function run(program: string, ...words: readonly string[]): void {
	const { status, error, stderr } = spawnSync(program, words, { encoding: "utf8" });
	if (error) throw error;
	if (status !== 0) throw new Error(`${program}: ${stderr.trim()}`);
}
