// Runs once: it opens files of SQLite; open-postgres.test.ts does the same with a server.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { type Kysely, sql } from "kysely";
import { expect, test } from "vitest";
import { migrateUp } from "../migrations/runner.ts";
import { aFolder } from "../testing/folders/a-folder.ts";
import { aStore } from "../testing/stores/a-store.ts";
import { answering, slider, statuses, syncing } from "../testing/stores/batches.ts";
import { createStore } from "./create-store.ts";
import { parseDatabaseUrl } from "./dialect.ts";
import { openDatabase } from "./open.ts";
import type { Schema } from "./schema.ts";
import { StorageUnavailable } from "./store.ts";

const openIn = (file: string) => openDatabase({ dialect: "sqlite", file });

test("every connection holds to what durability and erasure need", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	for (const kysely of [database.db, database.reader, database.lookups]) {
		const read = async (pragma: string) => {
			const { rows } = await sql<Record<string, unknown>>`${sql.raw(`pragma ${pragma}`)}`.execute(kysely);
			return Object.values(rows[0] ?? {})[0];
		};
		expect(await read("journal_mode")).toBe("wal");
		expect(await read("synchronous")).toBe(2);
		expect(await read("foreign_keys")).toBe(1);
		expect(await read("secure_delete")).toBe(1);
		expect(await read("trusted_schema")).toBe(0);
		expect(await read("busy_timeout")).toBe(5000);
	}
	await database.close();
});

test("what a statement may have to undo is kept in memory while sessions are served, and whatever is as large as the data in a file", async () => {
	using folder = aFolder();
	const [FILE, MEMORY] = [1, 2];
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	const place = async () => {
		const { rows } = await sql<{ temp_store: number }>`pragma temp_store`.execute(database.db);
		return rows[0]?.temp_store;
	};
	expect(await place()).toBe(FILE);
	const store = createStore(database, {
		now: () => "2026-01-01T00:00:00.000Z",
		randomBytes,
		expiry_days: 30,
	});
	expect(await place()).toBe(MEMORY);
	expect(await database.dialect.purge()).toMatchObject({ clean: true });
	expect(await place()).toBe(MEMORY);
	await store.close();
});

test("a place that cannot hold a database is named in one sentence", async () => {
	using folder = aFolder();
	const { path } = folder;
	writeFileSync(folder.file("text.db"), "This is a letter, not a database. ".repeat(200));
	mkdirSync(folder.file("folder.db"));
	writeFileSync(folder.file("file"), "");
	await expect(openIn(join(path, "none", "a.db"))).rejects.toThrow(
		`The database ${path}/none/a.db cannot be used: the folder ${path}/none does not exist; make it first.`,
	);
	await expect(openIn(join(path, "text.db"))).rejects.toThrow("it is not an SQLite database.");
	await expect(openIn(join(path, "folder.db"))).rejects.toThrow("it is not a file.");
	await expect(openIn(join(path, "file", "a.db"))).rejects.toThrow(`${path}/file is not a folder.`);
	expect(readFileSync(folder.file("text.db"), "utf8")).toContain("a letter");
});

test("a folder that this user may not write in is named in one sentence", async () => {
	using folder = aFolder();
	chmodSync(folder.path, 0o500);
	// Root may write anywhere but into the kernel's own folders.
	const closed = process.getuid?.() === 0 ? "/proc/a.db" : folder.file("a.db");
	await expect(openIn(closed)).rejects.toThrow("this user may not write there.");
	chmodSync(folder.path, 0o700);
});

test("a damaged file is refused and left as it is", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	const database = await openIn(file);
	await migrateUp(database);
	await database.close();
	const bytes = readFileSync(file);
	writeFileSync(file, bytes.fill(0x7e, 0, 64));
	await expect(openIn(file)).rejects.toThrow("it is not an SQLite database.");
	expect(readFileSync(file)).toEqual(bytes);
});

test("a transaction has the write lock from its first moment, readers go on meanwhile", async () => {
	using folder = aFolder();
	const ours = await openIn(folder.file("a.db"));
	await migrateUp(ours);
	const other = new SqliteFile(folder.file("a.db"), { timeout: 0 });
	await ours.db.transaction().execute(async (tx) => {
		expect(() => other.exec("BEGIN IMMEDIATE")).toThrow("database is locked");
		const row = { key: "k", is_default: 0, created_at: "2026-01-01T00:00:00.000Z" };
		await tx.insertInto("assessments").values(row).execute();
		expect(await ours.reader.selectFrom("assessments").selectAll().execute()).toEqual([]);
		expect(await ours.lookups.selectFrom("assessments").selectAll().execute()).toEqual([]);
	});
	expect(await ours.reader.selectFrom("assessments").select("key").execute()).toEqual([{ key: "k" }]);
	other.close();
	await ours.close();
});

test("a snapshot of the reader stays what it was, and keeps no writer waiting", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	const count = async (kysely: typeof database.reader) =>
		(await kysely.selectFrom("assessments").select("key").execute()).length;
	await database.reader.transaction().execute(async (snapshot) => {
		expect(await count(snapshot)).toBe(0);
		const row = { key: "k", is_default: 0, created_at: "2026-01-01T00:00:00.000Z" };
		await database.db.insertInto("assessments").values(row).execute();
		expect(await count(snapshot)).toBe(0);
	});
	expect(await count(database.reader)).toBe(1);
	await database.close();
});

test("the reading connections cannot write", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	const row = { key: "k", is_default: 0, created_at: "2026-01-01T00:00:00.000Z" };
	await expect(database.reader.insertInto("assessments").values(row).execute()).rejects.toThrow(
		StorageUnavailable,
	);
	await database.close();
});

test("a full disk is said to be unavailable, loses nothing, and is over when there is room", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	const add = (key: string) =>
		database.db.transaction().execute((tx) =>
			tx
				.insertInto("assessments")
				.values({ key: key.padEnd(5000, "."), is_default: 0, created_at: "2026-01-01T00:00:00.000Z" })
				.execute(),
		);
	await add("before");
	const limit = async (pages: number) =>
		sql`${sql.raw(`pragma max_page_count = ${pages}`)}`.execute(database.db);
	await limit(1);
	await expect(add("during")).rejects.toThrow(StorageUnavailable);
	await limit(100_000);
	await add("after");
	const keys = await database.reader.selectFrom("assessments").select("key").orderBy("created_at").execute();
	expect(keys.map(({ key }) => key.replaceAll(".", ""))).toEqual(expect.arrayContaining(["before", "after"]));
	expect(keys).toHaveLength(2);
	await database.close();
});

test("another program that holds the lock is waited for, then reported as unavailable", async () => {
	using folder = aFolder();
	const database = await openIn(folder.file("a.db"));
	await migrateUp(database);
	await sql`pragma busy_timeout = 10`.execute(database.db);
	const other = new SqliteFile(folder.file("a.db"));
	other.exec("BEGIN IMMEDIATE");
	await expect(database.db.transaction().execute(async () => {})).rejects.toThrow(StorageUnavailable);
	other.exec("ROLLBACK");
	await expect(database.db.transaction().execute(async () => "done")).resolves.toBe("done");
	other.close();
	await database.close();
});

/** The event loop turns: whatever else there is to do is done. */
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

test("while sessions are served, whoever waits for another program's lock keeps nobody else waiting", async () => {
	await using store = await aStore();
	const id = await store.started();
	if (store.database.url.dialect !== "sqlite") throw new Error("This is a story of SQLite.");
	const other = new SqliteFile(store.database.url.file);
	other.exec("BEGIN IMMEDIATE");
	const write = store.sessions.operate(syncing(store, id, answering(store, "energy", slider(40))));
	// A process that only waited would not get to the end of this before it gave up.
	for (let turn = 0; turn < 20; turn += 1) {
		await aTurn();
		expect((await store.sessions.load(id))?.state.answered).toBe(0);
	}
	other.exec("ROLLBACK");
	other.close();
	expect(statuses(await write)).toEqual(["applied"]);
});

test("while sessions are served, SQLite itself waits for a blink only, also after something was erased", async () => {
	await using store = await aStore();
	const { database } = store;
	const waits = async (kysely: Kysely<Schema>) => {
		const { rows } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(kysely);
		return rows[0]?.timeout;
	};
	expect([await waits(database.db), await waits(database.reader)]).toEqual([20, 5000]);
	expect(await database.dialect.purge()).toMatchObject({ clean: true });
	expect(await waits(database.db)).toBe(20);
});

test("addresses of databases", () => {
	const file = (text: string) => {
		const parsed = parseDatabaseUrl(text);
		if (!parsed.ok) return parsed.problem;
		return parsed.url.dialect === "sqlite" ? parsed.url.file : parsed.url.url;
	};
	expect(file("sqlite:./a.db")).toBe("./a.db");
	expect(file("sqlite:/srv/a.db")).toBe("/srv/a.db");
	expect(file("sqlite:///srv/a.db")).toBe("/srv/a.db");
	expect(file("sqlite:///./a.db")).toBe("./a.db");
	expect(file("sqlite:///../a.db")).toBe("../a.db");
	expect(file("sqlite:///.hidden/a.db")).toBe("/.hidden/a.db");
	expect(file("sqlite:with space.db")).toBe("with space.db");
	expect(file("sqlite::memory:")).toContain("would lose every answer");
	expect(file("postgres://u:p@h/d")).toBe("postgres://u:p@h/d");
	expect(file("postgresql://u@h:5433/d?sslmode=require")).toBe("postgresql://u@h:5433/d?sslmode=require");
	expect(file("postgres:///d?host=/run/postgresql")).toBe("postgres:///d?host=/run/postgresql");
	for (const [wrong, problem] of [
		["postgres://u:secret@h", "names no database"],
		["postgres:///d", "names no server"],
		["postgres://u:secret/part@h/d", "are written as %40"],
		["postgres:u:secret@h/d", "postgres://USER"],
		["postgresql+psycopg2://u:secret@h/d", "without the name of a driver"],
	] as const) {
		expect(file(wrong)).toContain(problem);
		expect(file(wrong)).not.toContain("secret");
	}
	expect(file("mysql:x")).toContain("sqlite:FILE");
	expect(file("sqlite:")).toContain("sqlite:FILE");
});
