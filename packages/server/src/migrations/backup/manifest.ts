import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { Instant } from "@carhythm/core";
import * as z from "zod/mini";
import packageJson from "../../../package.json" with { type: "json" };
import { OperatorError } from "../../operator-error.ts";

const TableContent = z.object({ rows: z.int().check(z.nonnegative()), hash: z.string() });
/** What a table holds: how many rows, and a hash over every value in them. */
export type TableContent = z.infer<typeof TableContent>;

const Manifest = z.object({
	format: z.literal("carhythm-backup-1"),
	/** The version of CaRhythm that made it. */
	program: z.string(),
	dialect: z.enum(["sqlite", "postgres"]),
	/** The version of the database that was backed up. */
	server_version: z.string(),
	created_at: Instant,
	/** What it was made before, such as `before-down-to-1`, or `by-hand`; absent in backups of former versions. */
	reason: z.optional(z.string()),
	/** The newest migration with a step in the ledger; null for a database that was never migrated. */
	newest_migration: z.nullable(z.int()),
	/** How the copy was shown to be whole: by reading it, or by restoring it into a database made for that. */
	proven_by: z.enum(["reading", "restoring"]),
	file: z.object({ name: z.string(), size: z.int().check(z.positive()), sha256: z.string() }),
	/**
	 * A hash over the definitions of all tables, indexes, views and triggers; null where the dump has them in
	 * its own words.
	 */
	schema: z.nullable(z.string()),
	/** The way in which the hashes of the rows were made. */
	row_hash: z.enum(["sha256-in-key-order-1", "hashtextextended-sum-1"]),
	tables: z.record(z.string(), TableContent),
});
/** What stands in the file beside a backup, and by which a restore is checked. */
export type Manifest = z.infer<typeof Manifest>;

/** The reason of a backup that was made before no change. */
export const BY_HAND = "by-hand";

/** A finished backup. */
export type Backup = { file: string; manifest: Manifest };

/** Where the manifest of a backup is. */
export function manifestPath(file: string): string {
	return `${file}.manifest.json`;
}

/** Describes a backup that is about to get its final name `file`; for now it is at `written`. */
export async function describe(
	file: string,
	written: string,
	about: Omit<Manifest, "format" | "program" | "file">,
): Promise<Manifest> {
	const { size } = statSync(written);
	return {
		format: "carhythm-backup-1",
		program: packageJson.version,
		...about,
		file: { name: basename(file), size, sha256: await sha256(written) },
	};
}

/**
 * Reads the manifest of a backup and holds the file against it.
 * @throws OperatorError `refused` without a manifest, `difference` when the file is not what was written
 */
export async function readBackup(file: string): Promise<Manifest> {
	const manifest = readManifest(file);
	const { size } = statSync(file);
	if (size !== manifest.file.size || (await sha256(file)) !== manifest.file.sha256) {
		throw new OperatorError(
			"difference",
			`The backup ${file} is not what was written: ${size} bytes, ${manifest.file.size} expected, or other content. Nothing was changed.`,
		);
	}
	return manifest;
}

/**
 * Reads what stands beside a backup, without looking at the backup itself.
 * @throws OperatorError `refused`
 */
export function readManifest(file: string): Manifest {
	if (!existsSync(file)) throw new OperatorError("refused", `There is no backup ${file}.`);
	const path = manifestPath(file);
	if (!existsSync(path)) {
		throw new OperatorError(
			"refused",
			`The backup ${file} has no manifest beside it (${path}), so nobody can say whether it is whole.`,
		);
	}
	const parsed = Manifest.safeParse(parseJson(readFileSync(path, "utf8")));
	if (!parsed.success) {
		throw new OperatorError(
			"refused",
			`${path} is not a manifest that this version of CaRhythm understands.`,
		);
	}
	return parsed.data;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

async function sha256(file: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	return hash.digest("hex");
}

/** The tables in which two contents differ, in words; empty when they are the same. */
export function differences(
	expected: Readonly<Record<string, TableContent>>,
	found: Readonly<Record<string, TableContent>>,
): string[] {
	const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
	return [...names].sort().flatMap((name) => {
		const [a, b] = [expected[name], found[name]];
		if (!a) return [`${name} is one table too many`];
		if (!b) return [`${name} is missing`];
		if (a.rows !== b.rows) return [`${name} has ${b.rows} rows instead of ${a.rows}`];
		return a.hash === b.hash ? [] : [`${name} holds other values`];
	});
}
