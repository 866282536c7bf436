import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
	appendFileSync,
	chmodSync,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { toInstant } from "@carhythm/core";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { runFile, startFile } from "../../testing/processes/run.ts";
import { migrateUp } from "../runner.ts";
import { backup } from "./backup.ts";
import { manifestPath } from "./manifest.ts";
import { restore } from "./restore.ts";

const TRANSFERS = new URL("../../testing/programs/transfer-money.ts", import.meta.url);
const DYING = new URL("../../testing/programs/restore-and-die.ts", import.meta.url);
const now = toInstant(Date.parse("2026-11-22T14:03:05.000Z"));
const KEPT = "a.db.replaced-2026-11-22T14-03-05Z";
const sqlite = (file: string) => ({ dialect: "sqlite" as const, file });

/** A database with a word in it, and room for a writer beside it. */
function write(file: string, word: string): void {
	const database = new SqliteFile(file);
	database.pragma("journal_mode=WAL");
	database.exec(`
		CREATE TABLE IF NOT EXISTS words (word TEXT);
		CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, amount INTEGER);
		CREATE TABLE IF NOT EXISTS transfers (id INTEGER PRIMARY KEY, amount INTEGER, note TEXT);
		DELETE FROM words`);
	database.prepare("INSERT INTO words VALUES (?)").run(word);
	database.close();
}

function read(file: string): unknown {
	const database = new SqliteFile(file, { readonly: true, fileMustExist: true });
	try {
		expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
		return database.prepare("SELECT word FROM words").pluck().get();
	} finally {
		database.close();
	}
}

/** A database that says "new", and the backup of when it said "old". */
async function aChangedDatabase(folder: { file: (name: string) => string }) {
	const file = folder.file("a.db");
	write(file, "old");
	const { file: saved } = await backup(sqlite(file), { now, to: folder.file("saved.db") });
	write(file, "new");
	return { file, saved };
}

/** A process that was killed leaves a log that holds everything it wrote since the last checkpoint. */
async function leaveLog(file: string): Promise<void> {
	const writer = startFile(TRANSFERS, [file]);
	await once(writer.child.stdout ?? writer.child, "data");
	writer.child.kill("SIGKILL");
	await writer.ended;
	expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
}

test("a backup comes back, and the database of before is kept whole", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	chmodSync(file, 0o640);
	const { kept, manifest } = await restore(saved, sqlite(file), { now });
	expect([read(file), kept, read(kept ?? "")]).toEqual(["old", folder.file(KEPT), "new"]);
	expect(manifest.tables["words"]?.rows).toBe(1);
	expect(statSync(file).mode & 0o777).toBe(0o640);
	expect(readdirSync(folder.path).filter((name) => name.includes("restoring"))).toEqual([]);
});

test("over a log that was left behind: the backup comes back, and what was in the log is in what is kept", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	await leaveLog(file);
	execFileSync("cp", [file, folder.file("control.db")]);
	execFileSync("cp", [`${file}-wal`, folder.file("control.db-wal")]);

	await restore(saved, sqlite(file), { now });
	expect(read(file)).toBe("old");
	const present = new SqliteFile(file);
	expect(present.prepare("SELECT count(*) FROM transfers").pluck().get()).toBe(0);
	present.close();
	const kept = new SqliteFile(folder.file(KEPT), { readonly: true });
	expect(kept.prepare("SELECT count(*) FROM transfers").pluck().get()).toBeGreaterThanOrEqual(20);
	kept.close();

	// The control: copying the backup over the file, as one would by hand.
	execFileSync("cp", [saved, folder.file("control.db")]);
	const control = new SqliteFile(folder.file("control.db"));
	const byHand = (() => {
		try {
			return control.prepare("SELECT count(*) FROM transfers").pluck().get();
		} catch (error) {
			return error;
		}
	})();
	control.close();
	expect(byHand).not.toBe(0);
});

test("while a program has the database open, nothing is touched; afterwards it works", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	const writer = startFile(TRANSFERS, [file]);
	await once(writer.child.stdout ?? writer.child, "data");
	try {
		await expect(restore(saved, sqlite(file), { now })).rejects.toMatchObject({
			trouble: "refused",
			message: expect.stringMatching(/Another program has the database .* open.*Stop it/),
		});
	} finally {
		writer.child.kill("SIGKILL");
		await writer.ended;
	}
	expect(existsSync(folder.file(KEPT))).toBe(false);
	expect(read(file)).toBe("new");
	await restore(saved, sqlite(file), { now });
	expect(read(file)).toBe("old");
});

test("a connection in use is found by its lock too, where the system does not tell who has files open", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	// This very process is not looked for among those that have it open.
	const server = new SqliteFile(file);
	expect(server.prepare("SELECT word FROM words").pluck().get()).toBe("new");
	await expect(restore(saved, sqlite(file), { now })).rejects.toMatchObject({ trouble: "refused" });
	server.close();
	expect(read(file)).toBe("new");
});

test("a program that opened the file just before cannot write beside the restored one", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	const early = new SqliteFile(file);
	await restore(saved, sqlite(file), { now });
	expect(() => {
		early.pragma("journal_mode=WAL");
		early.exec("INSERT INTO words VALUES ('lost')");
	}).toThrow(/readonly|moved/);
	early.close();
	expect(read(file)).toBe("old");
});

const STEPS = [
	"checking the backup",
	"copying it beside the database",
	"comparing every row with the backup",
	"taking the present database out of use",
	"keeping the present database",
	"putting the restored one in its place",
	"making sure that it stays",
];

test.each(STEPS)("kill -9 when it comes to: %s", async (step) => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	await leaveLog(file);
	const { signal } = await runFile(DYING, [saved, file, step]);
	expect(signal).toBe("SIGKILL");
	expect(read(file)).toBe(step === "making sure that it stays" ? "old" : "new");
	const database = new SqliteFile(file);
	const transfers = database.prepare("SELECT count(*) FROM transfers").pluck().get();
	database.close();
	// The old one has what was in its log, the restored one has nothing of it.
	if (step === "making sure that it stays") expect(transfers).toBe(0);
	else expect(transfers).toBeGreaterThanOrEqual(20);

	rmSync(folder.file(KEPT), { force: true });
	const { code, stdout } = await runFile(DYING, [saved, file]);
	expect(code).toBe(0);
	expect(stdout.trim().split("\n")).toEqual(STEPS);
	expect(read(file)).toBe("old");
});

test("a damaged database is kept as it is, with its log, and the backup takes its place", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	writeFileSync(file, "not a database any more".repeat(500));
	writeFileSync(`${file}-wal`, "nor is this a log");
	const { kept } = await restore(saved, sqlite(file), { now });
	expect(read(file)).toBe("old");
	expect(readFileSync(kept ?? "", "utf8")).toContain("not a database any more");
	expect(readFileSync(`${kept}-wal`, "utf8")).toBe("nor is this a log");
	expect(existsSync(`${file}-wal`)).toBe(false);
});

test("where no database is, the log of one that was is not applied to the restored one", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	await leaveLog(file);
	renameSync(file, folder.file("moved.db"));
	const { kept } = await restore(saved, sqlite(file), { now });
	expect([read(file), kept]).toEqual(["old", folder.file(KEPT)]);
	expect(existsSync(folder.file(`${KEPT}-wal`))).toBe(true);
	expect((await restore(saved, sqlite(folder.file("fresh.db")), { now })).kept).toBeNull();
	expect(read(folder.file("fresh.db"))).toBe("old");
});

test("a backup that is not what was written is refused before anything is touched", async () => {
	using folder = aFolder();
	const { file, saved } = await aChangedDatabase(folder);
	const before = readdirSync(folder.path);
	const attempt = () => restore(saved, sqlite(file), { now });
	const bytes = readFileSync(saved);
	const middle = bytes.length / 2;
	writeFileSync(saved, bytes.with?.(middle, 1) ?? bytes);
	appendFileSync(saved, "x");
	await expect(attempt()).rejects.toMatchObject({ trouble: "difference" });
	// Even one that fits its checksum has to hold the rows that the manifest names.
	writeFileSync(saved, bytes);
	const manifest = readFileSync(manifestPath(saved), "utf8");
	writeFileSync(manifestPath(saved), manifest.replace(/("words": \{\s*"rows": )1/, "$15"));
	await expect(attempt()).rejects.toThrow("words has 1 rows instead of 5");
	writeFileSync(manifestPath(saved), "{}");
	await expect(attempt()).rejects.toMatchObject({ trouble: "refused" });
	rmSync(manifestPath(saved));
	await expect(attempt()).rejects.toThrow("has no manifest beside it");
	expect(readdirSync(folder.path).sort()).toEqual(before.filter((name) => !name.includes("manifest")).sort());
	expect(read(file)).toBe("new");
});

test("a backup of one kind of database is not restored into the other", async () => {
	using folder = aFolder();
	const { saved } = await aChangedDatabase(folder);
	await expect(
		restore(saved, { dialect: "postgres", url: "postgres://u:secret@127.0.0.1:1/a" }, { now }),
	).rejects.toThrow("is of SQLite, the database is PostgreSQL");
});

test("a restored database of ours has another incarnation, by which clients notice it", async () => {
	using folder = aFolder();
	const url = sqlite(folder.file("ours.db"));
	const incarnations = async () => {
		const database = await openDatabase(url);
		const rows = await database.db.selectFrom("database_incarnations").select("incarnation").execute();
		await database.close();
		return rows.map(({ incarnation }) => incarnation);
	};
	const database = await openDatabase(url);
	await migrateUp(database);
	await database.close();
	const before = await incarnations();
	const { file } = await backup(url, { now, to: folder.file("saved.db") });
	await restore(file, url, { now });
	const after = await incarnations();
	expect(after).toHaveLength(2);
	expect(after[0]).toBe(before[0]);
	expect(readdirSync(folder.path).filter((name) => name.includes("restoring"))).toEqual([]);
});
