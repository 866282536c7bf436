import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { manifestPath, readManifest } from "./manifest.ts";
import type { BackupName } from "./names.ts";

/** What the server makes by itself before it upgrades the database at its start. */
export const AT_START = "before-up-at-start";
/** What `carhythm backup --keep` makes. */
export const SCHEDULED = "scheduled";

type Series = {
	folder: string;
	/** Of which database: other databases may have theirs in the same folder. */
	name: BackupName;
	/** Of which kind. One that was made by hand, or before another command, belongs to no series. */
	reason: typeof AT_START | typeof SCHEDULED;
};

/**
 * Deletes the backups of a series but the newest.
 * @returns the files that are gone, the newest first
 */
export function keepNewest(series: Series, count: number): string[] {
	const files = filesOf(series);
	removeLoneManifests(series, new Set(files));
	const old = files.filter((file) => isOf(series, file)).slice(count);
	for (const file of old) {
		rmSync(file);
		rmSync(manifestPath(file), { force: true });
	}
	return old;
}

/** By their names, which say when and why they were made. The newest first. */
function filesOf({ folder, name, reason }: Series, ending = name.end): string[] {
	const found = readdirSync(folder).flatMap((file) => {
		if (!file.startsWith(name.begin) || !file.endsWith(ending)) return [];
		const middle = file.slice(name.begin.length, -ending.length);
		const when = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)-([a-z-]+?)(?:-(\d+))?$/.exec(middle);
		// Of one second the first has no number, the next one is 2.
		return when?.[2] === reason ? [{ file, at: when[1] ?? "", place: Number(when[3] ?? 1) }] : [];
	});
	found.sort((a, b) => (a.at === b.at ? b.place - a.place : a.at < b.at ? 1 : -1));
	return found.map(({ file }) => join(folder, file));
}

/** The manifest has the last word: a file may have been given another name. */
function isOf({ reason }: Series, file: string): boolean {
	try {
		return readManifest(file).reason === reason;
	} catch {
		return false;
	}
}

/** Of a backup whose deletion was interrupted, which `backup list` would complain of for ever. */
function removeLoneManifests(series: Series, files: ReadonlySet<string>): void {
	const ending = manifestPath(series.name.end);
	for (const file of filesOf(series, ending)) {
		const backup = file.slice(0, -manifestPath("").length);
		if (!files.has(backup) && !existsSync(backup)) rmSync(file);
	}
}
