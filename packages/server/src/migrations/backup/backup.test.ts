import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { toInstant } from "@carhythm/core";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { runFile, startFile } from "../../testing/processes/run.ts";
import { migrateUp } from "../runner.ts";
import { backup, backupBefore } from "./backup.ts";
import { enoughRoom } from "./files.ts";
import { listBackups } from "./list.ts";
import { manifestPath } from "./manifest.ts";
import { restore } from "./restore.ts";
import { openReadOnly, proveCopy, readContent } from "./sqlite-content.ts";

const TRANSFERS = new URL("../../testing/programs/transfer-money.ts", import.meta.url);
const DYING = new URL("../../testing/programs/backup-and-die.ts", import.meta.url);
const now = toInstant(Date.parse("2026-11-22T14:03:05.250Z"));
const sqlite = (file: string) => ({ dialect: "sqlite" as const, file });

/** A bank of 2,000 accounts with 1,000 each, in WAL mode. */
function aBank(file: string): SqliteFile.Database {
	const bank = new SqliteFile(file);
	bank.pragma("journal_mode=WAL");
	bank.exec(`
		CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);
		CREATE TABLE transfers (id INTEGER PRIMARY KEY AUTOINCREMENT, amount INTEGER, note TEXT);
		CREATE INDEX transfers_note ON transfers (note);
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
			INSERT INTO accounts SELECT i, 1000 FROM n;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
			INSERT INTO transfers (amount, note) SELECT i, hex(randomblob(200)) FROM n;`);
	return bank;
}

function sum(file: string): unknown {
	const bank = new SqliteFile(file, { readonly: true });
	try {
		return bank.prepare("SELECT sum(amount) FROM accounts").pluck().get();
	} finally {
		bank.close();
	}
}

function sha256(file: string): string {
	return createHash("sha256").update(readFileSync(file)).digest("hex");
}

test("a backup under another process's writes is one moment, proven and described", async () => {
	using folder = aFolder();
	const file = folder.file("bank.db");
	aBank(file).close();
	const writer = startFile(TRANSFERS, [file]);
	try {
		await once(writer.child.stdout ?? writer.child, "data");
		for (let round = 0; round < 3; round += 1) {
			const written = openReadOnly(file);
			const before = written.prepare("SELECT count(*) FROM transfers").pluck().get() as number;
			const { file: copy, manifest } = await backup(sqlite(file), { now });
			const after = written.prepare("SELECT count(*) FROM transfers").pluck().get() as number;
			written.close();
			expect(sum(copy)).toBe(2_000_000);
			expect(manifest.file.sha256).toBe(sha256(copy));
			// The writer went on all the while, or this test shows nothing.
			expect(after).toBeGreaterThan(before + 1);
			expect(manifest.tables["transfers"]?.rows).toBeGreaterThanOrEqual(before);
			expect(manifest.tables["transfers"]?.rows).toBeLessThanOrEqual(after);
		}
	} finally {
		writer.child.kill("SIGKILL");
		await writer.ended;
	}
	expect(readdirSync(folder.path).filter((name) => /partial/.test(name))).toEqual([]);
});

test("the control: a cp of the same live database does not pass the same check", async () => {
	using folder = aFolder();
	const file = folder.file("bank.db");
	aBank(file).close();
	// A checkpoint between reading and copying could else bring the file up to the very moment that was read.
	const writer = startFile(TRANSFERS, [file, "keep-log"]);
	try {
		await once(writer.child.stdout ?? writer.child, "data");
		const reading = openReadOnly(file);
		reading.exec("BEGIN");
		const content = await readContent(reading);
		execFileSync("cp", [file, folder.file("copied.db")]);
		reading.close();
		await expect(proveCopy(folder.file("copied.db"), content)).rejects.toMatchObject({
			trouble: "difference",
		});
	} finally {
		writer.child.kill("SIGKILL");
		await writer.ended;
	}
});

test.each([
	["a lost row", "DELETE FROM transfers WHERE id = 77", "transfers has 19999 rows instead of 20000"],
	["another value", "UPDATE accounts SET amount = 1001 WHERE id = 5", "accounts holds other values"],
	["another type", "UPDATE transfers SET note = x'6162' WHERE id = 9", "transfers holds other values"],
	["a lost index", "DROP INDEX transfers_note", "the definitions of its tables differ"],
	["a lost table", "DROP TABLE accounts", "accounts is missing"],
])("%s is found in a copy", async (_, change, sentence) => {
	using folder = aFolder();
	const bank = aBank(folder.file("bank.db"));
	bank.exec("UPDATE transfers SET note = 'ab' WHERE id = 9");
	const content = await readContent(bank);
	bank.close();
	await proveCopy(folder.file("bank.db"), content);
	const changed = new SqliteFile(folder.file("bank.db"));
	changed.exec(change);
	changed.close();
	await expect(proveCopy(folder.file("bank.db"), content)).rejects.toThrow(sentence);
});

test("our own database: the manifest beside the file names the newest migration and every table", async () => {
	using folder = aFolder();
	const file = folder.file("carhythm.db");
	const database = await openDatabase(sqlite(file));
	await migrateUp(database);
	try {
		const made = await backup(sqlite(file), { now });
		expect(made.file).toBe(folder.file("carhythm.db.backup-2026-11-22T14-03-05Z.db"));
		const manifest = JSON.parse(readFileSync(manifestPath(made.file), "utf8"));
		expect(manifest).toEqual(made.manifest);
		expect(manifest).toMatchObject({ dialect: "sqlite", created_at: now, proven_by: "reading" });
		expect(manifest.newest_migration).toBeGreaterThanOrEqual(3);
		expect(Object.keys(manifest.tables)).toContain("student_responses");
		// Two in one second have two names.
		const again = await backup(sqlite(file), { now });
		expect(again.file).toBe(folder.file("carhythm.db.backup-2026-11-22T14-03-05Z-2.db"));
	} finally {
		await database.close();
	}
});

test("a backup before a change has the reason in its name and in its manifest", async () => {
	using folder = aFolder();
	const file = folder.file("carhythm.db");
	aBank(file).close();
	const made = await backup(sqlite(file), { now, reason: "before-down-to-1" });
	expect(made.file).toBe(folder.file("carhythm.db.backup-2026-11-22T14-03-05Z-before-down-to-1.db"));
	expect(made.manifest.reason).toBe("before-down-to-1");
	const again = await backup(sqlite(file), { now, reason: "before-down-to-1" });
	expect(again.file).toBe(folder.file("carhythm.db.backup-2026-11-22T14-03-05Z-before-down-to-1-2.db"));
	expect((await backup(sqlite(file), { now })).manifest.reason).toBe("by-hand");
});

test("a backup of a former version, whose manifest has no reason, is listed and restored", async () => {
	using folder = aFolder();
	const file = folder.file("carhythm.db");
	aBank(file).close();
	const made = await backup(sqlite(file), { now });
	const { reason: _, ...former } = made.manifest;
	writeFileSync(manifestPath(made.file), JSON.stringify(former));
	const { backups } = listBackups(folder.path);
	expect(backups).toEqual([
		{
			file: made.file,
			created_at: now,
			reason: null,
			size: former.file.size,
			// Those of sqlite_sequence included.
			rows: 22_001,
			engine: "sqlite",
			newest_migration: null,
			proven_by: "reading",
		},
	]);
	expect((await restore(made.file, sqlite(file), { now })).manifest).toEqual(former);
});

test("a database of another program is backed up without changing one byte of it", async () => {
	using folder = aFolder();
	const file = folder.file("other.db");
	const other = new SqliteFile(file);
	other.exec("CREATE TABLE student_responses (id INTEGER PRIMARY KEY, answers TEXT)");
	other.exec(
		"INSERT INTO student_responses (answers) VALUES ('a'), (x'00ff'), (9007199254740993), (0.1), (NULL)",
	);
	other.close();
	const before = { sha256: sha256(file), time: statSync(file).mtimeMs };
	const { manifest } = await backup(sqlite(file), { now });
	expect(manifest).toMatchObject({ newest_migration: null, tables: { student_responses: { rows: 5 } } });
	expect({ sha256: sha256(file), time: statSync(file).mtimeMs }).toEqual(before);
	expect(readdirSync(folder.path).filter((name) => !name.includes(".backup-"))).toEqual(["other.db"]);
});

test("what cannot be done safely is refused in a sentence, and leaves nothing behind", async () => {
	using folder = aFolder();
	const file = folder.file("bank.db");
	aBank(file).close();
	const here = readdirSync(folder.path);
	const attempt = (to: string) => backup(sqlite(file), { now, to });
	await expect(attempt(file)).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("is there already and is not written over"),
	});
	await expect(attempt(folder.file("none/here.db"))).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("does not exist; make it first"),
	});
	writeFileSync(folder.file("letter.db"), "Dear Sir or Madam, ".repeat(100));
	await expect(backup(sqlite(folder.file("letter.db")), { now })).rejects.toThrow(
		"it is not an SQLite database",
	);
	await expect(backup(sqlite(folder.file("none.db")), { now })).rejects.toThrow("There is no database");
	expect(readdirSync(folder.path).sort()).toEqual([...here, "letter.db"].sort());
});

test("a damaged database is not passed off as a backup", async () => {
	using folder = aFolder();
	const file = folder.file("bank.db");
	aBank(file).close();
	const bytes = readFileSync(file);
	bytes.fill(0x55, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 8192);
	writeFileSync(file, bytes);
	await expect(backup(sqlite(file), { now })).rejects.toMatchObject({ name: "OperatorError" });
	expect(readdirSync(folder.path).filter((name) => name.includes("backup"))).toEqual([]);
});

test("a disk without room is found before anything is written", async ({ annotate }) => {
	using folder = aFolder();
	const file = folder.file("bank.db");
	aBank(file).close();
	const small = folder.file("small");
	mkdirSync(small);
	const { free, needed } = enoughRoom(small, 1e15);
	expect(needed).toBeGreaterThan(1e15);
	expect(enoughRoom(small, free * 2).ok).toBe(false);
	expect(enoughRoom(small, 1).ok).toBe(true);
	try {
		execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=4m", "none", small], { stdio: "ignore" });
	} catch {
		await annotate(
			"Mounting a small disk is not possible here: the refusal by a really full one was not run.",
		);
		return;
	}
	try {
		await expect(backup(sqlite(file), { now, to: small })).rejects.toMatchObject({
			trouble: "refused",
			message: expect.stringMatching(/has room for 4\.\d MB, but \d+\.\d MB are needed/),
		});
		expect(readdirSync(small)).toEqual([]);
	} finally {
		execFileSync("/bin/umount", [small]);
	}
});

test("before a change: nothing for what holds nothing, a backup for what is only in the log", async () => {
	using folder = aFolder();
	expect(await backupBefore(sqlite(folder.file("none.db")), { now })).toBeNull();
	expect(existsSync(folder.file("none.db"))).toBe(false);
	writeFileSync(folder.file("empty.db"), "");
	expect(await backupBefore(sqlite(folder.file("empty.db")), { now })).toBeNull();
	const bank = aBank(folder.file("bank.db"));
	bank.pragma("wal_autocheckpoint=0");
	bank.pragma("wal_checkpoint(TRUNCATE)");
	bank.exec("DELETE FROM transfers WHERE id <= 5");
	const made = await backupBefore(sqlite(folder.file("bank.db")), { now });
	expect(made?.manifest.tables["transfers"]?.rows).toBe(19_995);
	// The file alone, as cp takes it, knows nothing of that.
	execFileSync("cp", [folder.file("bank.db"), folder.file("bare.db")]);
	bank.close();
	const bare = await backup(sqlite(folder.file("bare.db")), { now });
	expect(bare.manifest.tables["transfers"]?.rows).toBe(20_000);
});

test("stopped in the middle, there is no backup under any name that a restore would take", async () => {
	using folder = aFolder();
	const file = folder.file("bank.db");
	aBank(file).close();
	const { signal } = await runFile(DYING, [file, "reading the copy again, every row"]);
	expect(signal).toBe("SIGKILL");
	const left = readdirSync(folder.path).filter((name) => name.includes(".backup-"));
	expect(left).toEqual([expect.stringMatching(/\.partial-[0-9a-f]{8}$/)]);
	await expect(restore(folder.file(left[0] ?? ""), sqlite(file), { now })).rejects.toThrow("has no manifest");
});
