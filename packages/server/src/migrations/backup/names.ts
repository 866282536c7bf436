import { basename, resolve } from "node:path";
import type { Instant } from "@carhythm/core";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { addressOf } from "./postgres-connection.ts";

/** How the names of backups of one database begin and end; what stands between is {@link nameEnd}. */
export type BackupName = { begin: string; end: string };

/** @example { begin: "carhythm.db.backup-", end: ".db" } */
export function backupName(url: DatabaseUrl): BackupName {
	if (url.dialect === "sqlite") return { begin: `${basename(resolve(url.file))}.backup-`, end: ".db" };
	// The part of a database's name that may stand in a file's name.
	const database = addressOf(url.url).database.replace(/[^\w.-]/g, "_");
	return { begin: `carhythm-${database}-`, end: ".dump" };
}

/** A moment as part of a file's name. */
export function stampOf(now: Instant): string {
	return `${now.slice(0, 19).replaceAll(":", "-")}Z`;
}

/** The name itself, or with the first number behind it that is free: two restores may fall into one second. */
export function freeName(base: string, isTaken: (name: string) => boolean, separator: string): string {
	let name = base;
	for (let number = 2; isTaken(name); number += 1) name = `${base}${separator}${number}`;
	return name;
}

/** When a backup was made, and why. One made by hand needs no reason. */
export function nameEnd({ now, reason }: { now: Instant; reason?: string }): string {
	return reason === undefined ? stampOf(now) : `${stampOf(now)}-${reason}`;
}
