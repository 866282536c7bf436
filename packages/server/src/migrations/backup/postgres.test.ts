import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toInstant } from "@carhythm/core";
import { Client } from "pg";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aPostgresWithTools, type PostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import { migrateUp } from "../runner.ts";
import { backup } from "./backup.ts";
import { addressOf, besides, withClient } from "./postgres-connection.ts";
import { countDump, proveDatabase } from "./postgres-content.ts";
import { findTools, runTool } from "./postgres-tools.ts";
import { restore } from "./restore.ts";

const now = toInstant(Date.parse("2026-11-22T14:03:05.000Z"));

/**
 * What a database may hold that is easily lost on the way: names to quote, an enumerated type, bytes, a
 * column of many kinds.
 */
const ODDITIES = `
	create type sessionstatus as enum ('active', 'completed', 'user_abandoned_not_completed');
	create schema "Other place";
	create table "Other place"."A ""quoted"" table" (id int generated always as identity primary key, "the row" text);
	insert into "Other place"."A ""quoted"" table" ("the row") values (E'two\\nlines'), (E'\\\\.'), ('COPY public.words (word) FROM stdin;');
	create table words (word text, status sessionstatus, bytes bytea, number double precision, at timestamptz);
	insert into words values ('old', 'active', '\\x00ff', 0.1::float8 + 0.2::float8, '2026-03-01T08:00:00.123456Z'), (null, null, null, 'nan', null);
	create table empty (id int primary key);
	create table days (day date) partition by range (day);
	create table days_2026 partition of days for values from ('2026-01-01') to ('2027-01-01');
	insert into days values ('2026-11-22');
	create view shouted as select upper(word) as word from words;`;

const BANK = `
	create table accounts (id int primary key, amount int not null);
	insert into accounts select i, 1000 from generate_series(0, 999) i;
	create table transfers (id bigint generated always as identity primary key, amount int);`;

async function word(database: PostgresDatabase, name = database.name): Promise<unknown> {
	const address = besides(addressOf(database.address), name);
	return withClient(address, async (client) => {
		const { rows } = await client.query("select word from words where word is not null");
		return rows[0]?.word;
	});
}

/** Takes a database away that the test's own clean-up does not know. */
async function drop(database: PostgresDatabase, name: string): Promise<void> {
	await withClient(besides(addressOf(database.address), "postgres"), (client) =>
		client.query(`drop database "${name}" with (force)`),
	);
}

test("a dump under other connections' writes is one moment, and comes back whole in an empty database", async () => {
	using folder = aFolder();
	await using bank = await aPostgresWithTools();
	await using fresh = await aPostgresWithTools();
	await bank.query(BANK);
	let writing = true;
	const writers = [1, 2].map(async (seed) => {
		const client = new Client(bank.address);
		await client.connect();
		for (let round = seed; writing; round += 2) {
			const [from, to] = [round % 1000, (round * 7 + 1) % 1000].sort((a, b) => a - b);
			await client.query("begin");
			await client.query("update accounts set amount = amount - 5 where id = $1", [from]);
			await client.query("update accounts set amount = amount + 5 where id = $1", [to]);
			await client.query("insert into transfers (amount) values (5)");
			await client.query("commit");
		}
		await client.end();
	});
	const count = async () => Number((await bank.query("select count(*) as n from transfers"))[0]?.["n"]);
	const before = await count();
	const { file, manifest } = await backup(bank.url, { now, to: folder.path });
	const after = await count();
	writing = false;
	await Promise.all(writers);

	expect(file).toBe(folder.file(`carhythm-${bank.name}-2026-11-22T14-03-05Z.dump`));
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(readdirSync(folder.path).length).toBe(2);
	const rows = manifest.tables["public.transfers"]?.rows ?? -1;
	expect(after).toBeGreaterThan(before + 1);
	expect(rows).toBeGreaterThanOrEqual(before);
	expect(rows).toBeLessThanOrEqual(after);
	expect(manifest).toMatchObject({ dialect: "postgres", proven_by: "restoring", newest_migration: null });

	expect((await restore(file, fresh.url, { now })).kept).toBeNull();
	const [found] = await fresh.query(
		"select (select sum(amount) from accounts)::int as sum, (select count(*) from transfers)::int as transfers",
	);
	expect(found).toEqual({ sum: 1_000_000, transfers: rows });
});

test("our own database, dumped while it is open, comes back with nothing left to migrate", async () => {
	using folder = aFolder();
	await using source = await aPostgresWithTools();
	await using fresh = await aPostgresWithTools();
	const open = await openDatabase(source.url);
	await migrateUp(open);
	const incarnations = (database: typeof open) =>
		database.db.selectFrom("database_incarnations").select("incarnation").orderBy("id").execute();
	const before = await incarnations(open);
	const { file, manifest } = await backup(open.url, { now, to: folder.path, prove: true });
	await open.close();
	expect(manifest.newest_migration).toBeGreaterThanOrEqual(3);
	await restore(file, fresh.url, { now });
	const restored = await openDatabase(fresh.url);
	expect((await migrateUp(restored)).applied).toEqual([]);
	// Clients are to notice that it is not the database that they knew.
	const after = await incarnations(restored);
	expect(after.slice(0, -1)).toEqual(before);
	expect(after.at(-1)).not.toEqual(before.at(-1));
	await restored.close();
});

test("names to quote, types of its own, bytes, partitions and views come back; what is not empty is left alone", async () => {
	using folder = aFolder();
	await using odd = await aPostgresWithTools();
	await using fresh = await aPostgresWithTools();
	await odd.query(ODDITIES);
	const { file, manifest } = await backup(odd.url, { now, to: folder.file("odd.dump"), prove: false });
	expect(manifest.proven_by).toBe("reading");
	expect(Object.fromEntries(Object.entries(manifest.tables).map(([name, { rows }]) => [name, rows]))).toEqual(
		{
			'Other place.A "quoted" table': 3,
			"public.days_2026": 1,
			"public.empty": 0,
			"public.words": 2,
		},
	);
	await restore(file, fresh.url, { now });
	await proveDatabase(addressOf(fresh.address), manifest.tables);
	expect(await fresh.query("select word from shouted where word is not null")).toEqual([{ word: "OLD" }]);
	await expect(restore(file, fresh.url, { now })).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("is not empty. Add --replace"),
	});
	// One value among many is enough to be found.
	await fresh.query("update words set number = 0.3 where word = 'old'");
	await expect(proveDatabase(addressOf(fresh.address), manifest.tables)).rejects.toMatchObject({
		trouble: "difference",
		message: expect.stringContaining("public.words holds other values"),
	});
});

test("--replace puts the backup in the place of the database, which is kept; not while others are connected", async () => {
	using folder = aFolder();
	await using database = await aPostgresWithTools();
	await database.query("create table words (word text); insert into words values ('old')");
	const { file } = await backup(database.url, { now, to: folder.path });
	await database.query("update words set word = 'new'");

	const other = new Client({ connectionString: database.address, application_name: "a school's report" });
	other.on("error", () => {});
	await other.connect();
	await expect(restore(file, database.url, { now, replace: true })).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringMatching(
			/Others are connected to the database .*: a school's report as carhythm, backend \d+\./,
		),
	});
	await other.end();
	await expect
		.poll(() => restore(file, database.url, { now, replace: true }).then(({ kept }) => kept))
		.toBe(`${database.name}_replaced_20261122t140305z`);
	expect(await word(database)).toBe("old");
	expect(await word(database, `${database.name}_replaced_20261122t140305z`)).toBe("new");
	await drop(database, `${database.name}_replaced_20261122t140305z`);
});

test("--replace by a role that may not look into others' connections finds them before it restores anything", async () => {
	using folder = aFolder();
	await using database = await aPostgresWithTools();
	const suffix = randomUUID().slice(0, 8);
	const [owner, runtime] = [`owner_${suffix}`, `runtime_${suffix}`];
	await database.query(`create table words (word text); insert into words values ('old');
		create role ${owner} login createdb; create role ${runtime} login;
		alter database ${database.name} owner to ${owner}; alter table words owner to ${owner}`);
	const addressAs = (role: string) => database.address.replace("carhythm@", `${role}@`);
	const url = { dialect: "postgres" as const, url: addressAs(owner) };
	const { file } = await backup(url, { now, to: folder.path });
	const other = new Client({ connectionString: addressAs(runtime), application_name: "carhythm" });
	other.on("error", () => {});
	await other.connect();
	const steps: string[] = [];
	const attempt = restore(file, url, { now, replace: true, onStep: (step) => steps.push(step) });
	await expect(attempt).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringMatching(
			new RegExp(`Others are connected to the database .*: carhythm as ${runtime}, backend \\d+\\. Stop`),
		),
	});
	expect(steps).toEqual(["checking the backup"]);
	await other.end();
	const kept = `${database.name}_replaced_20261122t140305z`;
	await expect
		.poll(() => restore(file, url, { now, replace: true }).then((restored) => restored.kept))
		.toBe(kept);
	await drop(database, kept);
	await database.query(
		`reassign owned by ${owner} to carhythm; drop owned by ${owner}; drop role ${owner}, ${runtime}`,
	);
});

test("--replace without the rights for it is refused before the dump is read", async () => {
	using folder = aFolder();
	await using database = await aPostgresWithTools();
	const owner = `owner_${randomUUID().slice(0, 8)}`;
	await database.query(`create table words (word text); insert into words values ('old');
		create role ${owner} login; alter database ${database.name} owner to ${owner}; grant select on words to ${owner}`);
	const url = { dialect: "postgres" as const, url: database.address.replace("carhythm@", `${owner}@`) };
	const { file } = await backup(database.url, { now, to: folder.path });
	await expect(restore(file, url, { now, replace: true })).rejects.toMatchObject({
		trouble: "refused",
		message: `Replacing ${database.name} needs a user who may make databases, and the role ${owner} may not. ALTER ROLE "${owner}" CREATEDB allows it. Nothing was changed.`,
	});
	await database.query(`alter database ${database.name} owner to carhythm; alter role ${owner} createdb`);
	await expect(restore(file, url, { now, replace: true })).rejects.toMatchObject({
		trouble: "refused",
		message: `Replacing ${database.name} needs a user who owns it, and the role ${owner} does not. ALTER DATABASE "${database.name}" OWNER TO "${owner}" allows it. Nothing was changed.`,
	});
	await database.query(`drop owned by ${owner}; drop role ${owner}`);
});

test("someone who connects in the last moment keeps the database as it is, and nothing is left over", async () => {
	using folder = aFolder();
	await using database = await aPostgresWithTools();
	await database.query("create table words (word text); insert into words values ('old')");
	const { file } = await backup(database.url, { now, to: folder.path });
	await database.query("update words set word = 'new'");
	const late = new Client(database.address);
	late.on("error", () => {});
	let connected: Promise<unknown> = Promise.resolve();
	const attempt = restore(file, database.url, {
		now,
		replace: true,
		onStep: (step) => {
			if (step === "restoring it into a database of its own") connected = late.connect();
		},
	});
	await expect(attempt).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("Others are connected"),
	});
	await connected;
	await late.end();
	expect(await word(database)).toBe("new");
	const beside = await database.query("select datname from pg_database where starts_with(datname, $1)", [
		database.name,
	]);
	expect(beside).toEqual([{ datname: database.name }]);
});

test("a dump that was cut off or changed is not restored, checksum or not", async () => {
	using folder = aFolder();
	await using odd = await aPostgresWithTools();
	await using fresh = await aPostgresWithTools();
	await odd.query(ODDITIES);
	await odd.query("insert into words select md5(i::text) from generate_series(1, 5000) i");
	const { file, manifest } = await backup(odd.url, { now, to: folder.file("odd.dump"), prove: false });
	const tools = await findTools(odd.version);
	await expect(
		countDump(
			file,
			{ ...manifest.tables, "public.lost": { rows: 1, hash: "" } },
			tools,
			addressOf(odd.address),
		),
	).rejects.toThrow("public.lost is missing");
	truncateSync(file, Math.floor(manifest.file.size * 0.6));
	await expect(restore(file, fresh.url, { now })).rejects.toMatchObject({ trouble: "difference" });
	await expect(countDump(file, manifest.tables, tools, addressOf(odd.address))).rejects.toMatchObject({
		name: "OperatorError",
	});
	expect(await fresh.query("select count(*)::int as n from pg_tables where schemaname = 'public'")).toEqual([
		{ n: 0 },
	]);
});

test("a user who may not make databases gets a backup that is read and counted; the proof by restoring is refused", async () => {
	using folder = aFolder();
	await using database = await aPostgresWithTools();
	const user = `user_${randomUUID().slice(0, 8)}`;
	await database.query(`create table words (word text); insert into words values ('old');
		create role ${user} login; grant select on words to ${user}`);
	const url = { dialect: "postgres" as const, url: database.address.replace("carhythm@", `${user}@`) };
	const told: string[] = [];
	const onProgress = (line: string) => told.push(line);
	expect((await backup(url, { now, to: folder.path, onProgress })).manifest.proven_by).toBe("reading");
	expect(told).toContain(
		`The dump is proven by reading it, not by restoring it: the role ${user} may not make databases. ALTER ROLE "${user}" CREATEDB allows it.`,
	);
	await expect(backup(url, { now, to: folder.path, prove: true })).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining(`ALTER ROLE "${user}" CREATEDB allows it`),
	});
	told.length = 0;
	await backup(url, { now, to: folder.path, prove: false, onProgress });
	await backup(database.url, { now, to: folder.path, onProgress });
	expect(told.filter((line) => line.includes("CREATEDB"))).toEqual([]);
	// Rows that a policy hides would be missing without a word.
	await database.query("alter table words enable row level security");
	await expect(backup(url, { now, to: folder.path })).rejects.toThrow(/row-level security/);
	expect(readdirSync(folder.path).filter((name) => name.includes("partial"))).toEqual([]);
	await database.query(`drop owned by ${user}; drop role ${user}`);
});

/** A folder with programs that only say their version, and what they were called with. */
function somePrograms(folder: string, version: string): string {
	mkdirSync(folder, { recursive: true });
	for (const name of ["pg_dump", "pg_restore"]) {
		const script = `#!/bin/sh\n[ "$1" = --version ] && echo "${name} (PostgreSQL) ${version}" && exit\necho "$@; $PGPASSWORD; $PGHOST; $PGPORT; $PGSSLMODE"\n`;
		writeFileSync(join(folder, name), script);
		chmodSync(join(folder, name), 0o755);
	}
	return folder;
}

test("of the programs that are new enough the oldest is taken; too old or missing ones are named, with what to install", async () => {
	using folder = aFolder();
	const some = (version: string) => somePrograms(folder.file(version), version);
	const [old, fitting, newer] = [some("13.2"), some("15.18 (Debian 15.18-0)"), some("17.0")];
	expect(await findTools(15, [old, newer, fitting])).toEqual({ folder: fitting, major: 15 });
	expect(await findTools(16, [old, newer, fitting])).toEqual({ folder: newer, major: 17 });
	await expect(findTools(18, [old, newer])).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringMatching(/is of version 17, and the server is PostgreSQL 18.*postgresql-client-18/),
	});
	await expect(findTools(15, [folder.file("none")])).rejects.toThrow("are not installed here");
});

test("the password reaches the program without standing on its command line", async () => {
	using folder = aFolder();
	const address = addressOf("postgres://me:sec%3Aret@db.example:5433/a%20b?sslmode=no-verify");
	const lines: string[] = [];
	const tools = { folder: somePrograms(folder.path, "15.1"), major: 15 };
	await runTool(tools, "pg_dump", [`--dbname=${address.database}`], address, (line) => lines.push(line));
	expect(lines).toEqual(["--dbname=a b; sec:ret; db.example; 5433; require"]);
});

test("a server that is not there is named without the password", async () => {
	const attempt = backup({ dialect: "postgres", url: "postgres://me:secret@127.0.0.1:1/a" }, { now });
	const error = await attempt.catch((caught: Error) => caught);
	expect(String(error)).toContain("The database a on 127.0.0.1:1 cannot be reached");
	expect(String(error)).not.toContain("secret");
});
