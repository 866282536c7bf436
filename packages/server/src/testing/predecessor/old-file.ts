import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import SqliteFile from "better-sqlite3";
import { carhythm } from "../processes/run.ts";
import { aPredecessorDatabase } from "./databases.ts";

/** Runs SQL on a file that no server has open. */
export function change(file: string, sql: string): void {
	const database = new SqliteFile(file);
	database.exec(sql);
	database.close();
}

export function read(file: string, sql: string): unknown[] {
	const database = new SqliteFile(file, { readonly: true });
	const rows = database.prepare(sql).all();
	database.close();
	return rows;
}

/** A database of the existing product as a file, and the command line on it. */
export async function anOldFile(state: Parameters<typeof aPredecessorDatabase>[1]) {
	const place = await aPredecessorDatabase("sqlite", state);
	if (place.url.dialect !== "sqlite") throw new Error("It is not a file.");
	const { file } = place.url;
	return {
		file,
		backups: () => readdirSync(dirname(file)).filter((name) => /backup.*\.db$/.test(name)),
		run: (...words: string[]) => carhythm(file, "migrate", ...words),
		[Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
	};
}
