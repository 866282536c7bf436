import { randomBytes } from "node:crypto";
import {
	closeSync,
	existsSync,
	fsyncSync,
	linkSync,
	openSync,
	renameSync,
	rmSync,
	statfsSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { OperatorError } from "../../operator-error.ts";
import { type Backup, type Manifest, manifestPath } from "./manifest.ts";

/** Whether a folder has room: `needed` includes a margin. */
export type Room = { ok: boolean; free: number; needed: number };

const MARGIN = 0.05;
const LEAST_MARGIN = 1024 * 1024;

/** Whether a folder's disk takes so many bytes more. */
export function enoughRoom(folder: string, bytes: number): Room {
	const { bavail, bsize } = statfsSync(folder);
	const free = bavail * bsize;
	const needed = Math.ceil(bytes + Math.max(bytes * MARGIN, LEAST_MARGIN));
	return { ok: free >= needed, free, needed };
}

/** @throws OperatorError `refused` when it does not */
export function requireRoom(folder: string, bytes: number): void {
	const { ok, free, needed } = enoughRoom(folder, bytes);
	if (ok) return;
	throw new OperatorError(
		"refused",
		`The disk of ${folder} has room for ${megabytes(free)}, but ${megabytes(needed)} are needed. Nothing was changed.`,
	);
}

/** Bytes for people: `12.3 MB`. */
export function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Where a backup goes: to the file or into the folder that was asked for, else under its own name into
 * `folder`. A name of our own choice gives way to a backup of the same second; one that was asked for does
 * not.
 * @throws OperatorError `refused` when something is there already, or the folder is not
 */
export function placeFor(
	to: string | undefined,
	folder: string,
	name: { stem: string; end: string },
): string {
	const wanted = resolve(to ?? folder);
	const isFolder = to === undefined || to.endsWith("/") || isFolderThere(wanted);
	const into = isFolder ? wanted : dirname(wanted);
	if (!isFolderThere(into)) {
		throw new OperatorError("refused", `The folder ${into} does not exist; make it first.`);
	}
	if (!isFolder) {
		if (existsSync(wanted)) throw taken(wanted);
		return wanted;
	}
	for (let count = 1; ; count += 1) {
		const file = join(into, `${name.stem}${count === 1 ? "" : `-${count}`}${name.end}`);
		if (!existsSync(file)) return file;
	}
}

function isFolderThere(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function taken(file: string): OperatorError {
	return new OperatorError(
		"refused",
		`${file} is there already and is not written over; choose another name.`,
	);
}

/** A name beside `file` that is not in use. */
export function temporaryName(file: string, purpose: "partial" | "restoring"): string {
	return `${file}.${purpose}-${randomBytes(4).toString("hex")}`;
}

/** Makes a file that only this user may read, before anything is written to it. Follows no link. */
export function makePrivate(file: string): void {
	closeSync(openSync(file, "wx", 0o600));
}

/**
 * Gives a finished backup its name. The manifest comes first: where the backup has its name, all of it is on
 * the disk.
 * @throws OperatorError `refused` when the name was taken meanwhile
 */
export function publish(partial: string, file: string, manifest: Manifest): Backup {
	const { mode } = statSync(partial);
	const list = temporaryName(manifestPath(file), "partial");
	try {
		writeFileSync(list, `${JSON.stringify(manifest, null, "\t")}\n`, { mode, flush: true });
		fsync(partial);
		if (existsSync(file)) throw taken(file);
		renameSync(list, manifestPath(file));
		fsync(dirname(file));
		nameWithoutReplacing(partial, file);
		fsync(dirname(file));
	} finally {
		rmSync(list, { force: true });
	}
	return { file, manifest };
}

/** Renaming would replace a file that another process has just made. */
function nameWithoutReplacing(from: string, to: string): void {
	try {
		linkSync(from, to);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "EEXIST") throw taken(to);
		// Some file systems have no hard links.
		renameSync(from, to);
		return;
	}
	rmSync(from);
}

/** Has a file, or the names in a folder, on the disk before it returns. */
export function fsync(path: string): void {
	const descriptor = openSync(path, "r");
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
