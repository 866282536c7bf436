import type { Instant } from "@carhythm/core";
import type { DatabaseUrl } from "../../db/dialect.ts";
import type { Manifest } from "./manifest.ts";

export type BackupOptions = {
	/** A file that is not there yet, or a folder. Else `usualBackupFolder`. */
	to?: string;
	now: Instant;
	/**
	 * What it was made before, such as `before-down-to-1`: becomes a part of the name. Without one it was made
	 * by hand.
	 */
	reason?: string;
	/**
	 * PostgreSQL only: restore the dump into a database made for that and compare every row. Without a word,
	 * this is done where it is quick and allowed; the dump is read from end to end and its rows are counted in
	 * any case.
	 */
	prove?: boolean;
	onProgress?: (line: string) => void;
};

/** What a restore is about to do. */
export type RestoreStep =
	| "checking the backup"
	| "copying it beside the database"
	| "restoring it into a database of its own"
	| "restoring it into the empty database"
	| "comparing every row with the backup"
	| "taking the present database out of use"
	| "keeping the present database"
	| "putting the restored one in its place"
	| "making sure that it stays";

export type RestoreOptions = {
	now: Instant;
	/**
	 * PostgreSQL only: put the restored database in the place of one that is not empty, which is kept under
	 * another name.
	 */
	replace?: boolean;
	onStep?: (step: RestoreStep) => void;
	/** Changes the restored database once it is proven, before it takes its place. */
	prepare?: (url: DatabaseUrl, manifest: Manifest) => Promise<void>;
};
