import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Instant } from "@carhythm/core";
import { OperatorError } from "../../operator-error.ts";
import { type Manifest, manifestPath, readManifest } from "./manifest.ts";

/** A backup as its manifest describes it. `reason` is null for one of a version that did not note it. */
type ListedBackup = {
	file: string;
	created_at: Instant;
	reason: string | null;
	size: number;
	rows: number;
	engine: Manifest["dialect"];
	newest_migration: number | null;
	proven_by: Manifest["proven_by"];
};

const MANIFEST_END = manifestPath("");

/**
 * The backups in a folder, the newest first. Files are not read: `restore` compares them with their manifests.
 * @returns also a sentence for each manifest without a backup that can be restored
 */
export function listBackups(folder: string): { backups: ListedBackup[]; problems: string[] } {
	const backups: ListedBackup[] = [];
	const problems: string[] = [];
	for (const name of namesIn(folder).sort()) {
		if (!name.endsWith(MANIFEST_END)) continue;
		const file = join(resolve(folder), name.slice(0, -MANIFEST_END.length));
		try {
			backups.push(listed(file, readManifest(file)));
		} catch (error) {
			if (!(error instanceof OperatorError)) throw error;
			problems.push(error.message);
		}
	}
	backups.sort((a, b) => compare(b.created_at, a.created_at) || compare(b.file, a.file));
	return { backups, problems };
}

function listed(file: string, manifest: Manifest): ListedBackup {
	const { created_at, reason = null, dialect, newest_migration, proven_by, tables } = manifest;
	const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
	return {
		file,
		created_at,
		reason,
		size: manifest.file.size,
		rows,
		engine: dialect,
		newest_migration,
		proven_by,
	};
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const problem =
			code === "ENOENT" ? `There is no folder ${folder}.` : `${folder} cannot be read: ${code}.`;
		throw new OperatorError("failed", problem, { cause: error });
	}
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
