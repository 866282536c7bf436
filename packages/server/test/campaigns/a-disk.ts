import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const EATMYDATA = ["/usr/lib/x86_64-linux-gnu/libeatmydata.so", "/usr/lib/aarch64-linux-gnu/libeatmydata.so"];

/**
 * The kernel's own way to let a file system stop at once, without writing its log: FS_IOC_SHUTDOWN, which
 * Node cannot call.
 */
const SHUTDOWN = `my $how = pack("L", 2);
	open(my $disk, "<", $ARGV[0]) or die $!;
	ioctl($disk, 0x8004587d, $how) or die $!;`;

const mounted = new Set<string>();
// A campaign that is broken off leaves nothing mounted. Whoever still has files open there is ended at the same time.
process.on("exit", () => {
	for (const path of mounted) spawnSync("umount", ["-l", path]);
});

/** What a disk can be formatted with: how, and how small it may be. */
const FORMATS = {
	ext4: { make: ["mkfs.ext4", "-q", "-F", "-m", "0"], least_mib: 8 },
	xfs: { make: ["mkfs.xfs", "-q", "-f"], least_mib: 320 },
} as const;
export type FileSystem = keyof typeof FORMATS;
export const FILE_SYSTEMS = Object.keys(FORMATS) as FileSystem[];

/** A file system of its own in a file, whose power can be cut. */
export type Disk = Disposable & {
	/** Where it is mounted. */
	path: string;
	/** What was not yet on the disk is gone, and nothing reaches it any more. */
	cutPower(): void;
	/** Mounts it again as after a power cut. Nothing may have a file open on it. */
	powerOn(): Promise<void>;
	/** Brings everything written so far to the disk. */
	sync(): void;
	/** Takes so much room, or all that is left. @returns what gives it back */
	fill(taken?: { kibibytes: number }): () => void;
};

/** Why this machine has no disk whose power can be cut; null where it has. */
export function whyNoPowerCuts(format: FileSystem = "ext4"): string | null {
	return spawnSync("perl", ["-v"]).error ? "perl is not installed" : whyNoDisks(format);
}

/** Why this machine cannot make disks for tests; null where it can. */
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

/** The library that makes fsync do nothing, for control arms; null where it is not installed. */
export function eatMyData(): string | null {
	return EATMYDATA.find(existsSync) ?? null;
}

/** Makes and mounts a disk of so many MiB, or as many as its format needs; it is gone after use. */
export function aDisk(mebibytes: number, format: FileSystem = "ext4"): Disk {
	const folder = mkdtempSync(join(tmpdir(), "carhythm-disk-"));
	// PostgreSQL runs as another user and has to get through.
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
	// What is reserved or was rounded off goes too.
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
			// A process that was killed may take a moment to let go of its files.
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
