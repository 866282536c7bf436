import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import type { aSchool } from "../../src/testing/stores/a-school.ts";
import { KINDS, type Kind } from "./places.ts";
import type { Student } from "./student.ts";

type School = Awaited<ReturnType<typeof aSchool>>;

/** Which kinds of a student's texts are in it: all texts of the kind, or one of them where it must hold none. */
export function kindsIn(contents: readonly (string | Buffer)[], { marks }: Student): Kind[] {
	const has = (text: string) => contents.some((one) => one.includes(text));
	return KINDS.filter((kind) => marks[kind].some(has));
}

/** The texts of the kinds that are missing: some kinds consist of several. */
export function missingIn(
	contents: readonly (string | Buffer)[],
	student: Student,
	kinds: readonly Kind[],
): string[] {
	return kinds
		.flatMap((kind) => student.marks[kind])
		.filter((text) => !contents.some((one) => one.includes(text)));
}

/** Everything that is in a database: the bytes of SQLite's files, a dump of PostgreSQL. */
export function contentsOf({ place }: School, address: string = place.address): (string | Buffer)[] {
	if (place.url.dialect === "sqlite") return filesOf(address.replace(/^sqlite:/, ""));
	return [runTool(place, "pg_dump", ["--dbname", address])];
}

/** What a backup holds; that of PostgreSQL is compressed. */
export function backupContents({ place }: School, file: string): (string | Buffer)[] {
	if (place.url.dialect === "sqlite") return filesOf(file);
	return [runTool(place, "pg_restore", ["--file", "-", file])];
}

/** The files of a database of PostgreSQL once every table is written anew; null for SQLite. */
export async function rewrittenDataFiles({ place, database }: School): Promise<Buffer[] | null> {
	if (place.url.dialect === "sqlite") return null;
	await sql`vacuum full`.execute(database.db);
	await sql`checkpoint`.execute(database.db);
	const { rows } = await sql<{ folder: string }>`
		select current_setting('data_directory') || '/base/' || oid as folder
		from pg_database where datname = current_database()`.execute(database.db);
	const folder = rows[0]?.folder ?? "";
	return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

function filesOf(file: string): Buffer[] {
	const files = [file, `${file}-wal`, `${file}-shm`, `${file}-journal`];
	return files.filter((path) => existsSync(path)).map((path) => readFileSync(path));
}

function runTool(place: School["place"], tool: string, words: readonly string[]): string {
	const bin = "bin" in place ? String(place.bin) : "";
	return execFileSync(join(bin, tool), [...words], { encoding: "utf8", maxBuffer: 2 ** 28 });
}
