import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import { expect, test } from "vitest";
import { migrateUp } from "../../migrations/runner.ts";
import { OperatorError } from "../../operator-error.ts";
import { aPostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import { aPostgresServer } from "../../testing/postgres/own-postgres-server.ts";
import type { Database } from "../dialect.ts";
import { openDatabase } from "../open.ts";
import { StorageUnavailable } from "../store.ts";

const openAt = (url: string) => openDatabase({ dialect: "postgres", url });

async function anOpenDatabase() {
	const there = await aPostgresDatabase();
	const database = await openDatabase(there.url);
	return {
		...there,
		database,
		async [Symbol.asyncDispose]() {
			await database.close();
			await there[Symbol.asyncDispose]();
		},
	};
}

async function read(kysely: Database["db"], setting: string): Promise<string | undefined> {
	const { rows } = await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(kysely);
	return rows[0]?.value;
}

const ROW = { key: "k", is_default: 0, created_at: "2026-01-01T00:00:00.000Z" };

test("every connection holds to what durability needs, whatever the server's own defaults are", async () => {
	await using there = await aPostgresDatabase();
	for (const setting of ["synchronous_commit = off", "timezone = 'Asia/Kathmandu'", "datestyle = 'German'"]) {
		await there.query(`alter database ${there.name} set ${setting}`);
	}
	const database = await openDatabase(there.url);
	for (const kysely of [database.db, database.reader, database.lookups]) {
		expect(await read(kysely, "synchronous_commit")).toBe("on");
		expect(await read(kysely, "TimeZone")).toBe("UTC");
		expect(await read(kysely, "DateStyle")).toContain("ISO");
		expect(await read(kysely, "application_name")).toBe("carhythm");
		expect(await read(kysely, "idle_in_transaction_session_timeout")).not.toBe("0");
	}
	await database.close();

	await there.query(`alter database ${there.name} set synchronous_commit = remote_apply`);
	const stronger = await openDatabase(there.url);
	expect(await read(stronger.db, "synchronous_commit")).toBe("remote_apply");
	await stronger.close();
});

test("values come out as they come out of SQLite: times as instants, booleans as 0 and 1, numbers, JSON as text", async () => {
	await using there = await anOpenDatabase();
	const { rows } = await sql`
		select '2026-03-01 10:00:00.1239+02'::timestamptz as zoned, '2026-03-01 08:00:00'::timestamp as plain,
			true as yes, false as no, 9007199254740991::bigint as big, count(*) as counted, 1.5::float8 as real,
			'{"a": 1}'::json as json, '{"a": 1}'::jsonb as jsonb, null::timestamptz as nothing,
			'infinity'::timestamptz as always`.execute(there.database.db);
	expect(rows).toEqual([
		{
			zoned: "2026-03-01T08:00:00.123Z",
			plain: "2026-03-01T08:00:00.000Z",
			yes: 1,
			no: 0,
			big: 9007199254740991,
			counted: 1,
			real: 1.5,
			json: '{"a": 1}',
			jsonb: '{"a": 1}',
			nothing: null,
			always: "infinity",
		},
	]);
	const now = await sql<{ now: string }>`select ${sql.raw(there.database.dialect.now)} as now`.execute(
		there.database.db,
	);
	expect(now.rows[0]?.now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("rows of the program are a table, with the status of whatever type the column has", async () => {
	await using there = await anOpenDatabase();
	const rows = [
		{ n: 1, r: 0.5, t: 'a "quoted" \\ text', at: "2026-01-01T00:00:00.000Z", s: "active" },
		{ n: null, r: null, t: null, at: null, s: "completed" },
	];
	const columns = { n: "integer", r: "real", t: "text", at: "time", s: "status" } as const;
	for (const type of ["text", "sessionstatus"]) {
		await there.query(`drop table if exists student_responses; drop type if exists sessionstatus;
			create type sessionstatus as enum ('active', 'completed', 'user_abandoned_not_completed');
			create table student_responses (id int, status ${type})`);
		const { rows: found } = await sql<Record<string, unknown>>`
			select v.*, pg_typeof(v.s)::text as type from ${there.database.dialect.rows(columns, rows)} as v`.execute(
			there.database.db,
		);
		expect(found).toEqual(rows.map((row) => ({ ...row, type })));
	}
});

test("a snapshot of the reader stays what it was and keeps no writer waiting; readers cannot write", async () => {
	await using there = await anOpenDatabase();
	const { database } = there;
	await migrateUp(database);
	const count = async (kysely: Database["db"]) =>
		(await kysely.selectFrom("assessments").select("key").execute()).length;
	await database.reader.transaction().execute(async (snapshot) => {
		expect(await count(snapshot)).toBe(0);
		await database.db.insertInto("assessments").values(ROW).execute();
		expect(await count(snapshot)).toBe(0);
		expect(await count(database.lookups)).toBe(1);
	});
	for (const kysely of [database.reader, database.lookups]) {
		await expect(kysely.insertInto("assessments").values(ROW).execute()).rejects.toThrow(StorageUnavailable);
	}
});

test("a long result is read piece by piece; whoever stops early leaves the connection usable", async () => {
	await using there = await anOpenDatabase();
	const { database } = there;
	await there.query("create table numbers as select n from generate_series(1, 1001) as n");
	const numbers = database.reader.withTables<{ numbers: { n: number } }>();
	await numbers.transaction().execute(async (snapshot) => {
		const query = snapshot.selectFrom("numbers").select("n").where("n", ">", 0).orderBy("n");
		let expected = 0;
		for await (const { n } of query.stream()) {
			expected += 1;
			expect(n).toBe(expected);
		}
		expect(expected).toBe(1001);
		for await (const { n } of query.stream()) if (n === 3) break;
		expect(await query.select("n").limit(1).execute()).toEqual([{ n: 1 }]);
	});
});

test("work that goes on after a failed statement is not taken for committed", async () => {
	await using there = await anOpenDatabase();
	const { database } = there;
	await migrateUp(database);
	const careless = database.db.transaction().execute(async (tx) => {
		await tx.insertInto("assessments").values(ROW).execute();
		await tx
			.insertInto("assessments")
			.values(ROW)
			.execute()
			.catch(() => {});
	});
	await expect(careless).rejects.toThrow();
	expect(await database.db.selectFrom("assessments").selectAll().execute()).toEqual([]);
});

test("a connection that the server ends is reported as unavailable and replaced", async () => {
	await using there = await anOpenDatabase();
	const { database } = there;
	const ended = database.db.transaction().execute(async (tx) => {
		const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
		await there.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
		await sql`select 1`.execute(tx);
	});
	await expect(ended).rejects.toThrow(StorageUnavailable);
	for (let i = 0; i < 10; i += 1) await sql`select 1`.execute(database.db);
});

test("a server that stops is unavailable, and used again when it is back, without a restart of ours", async () => {
	await using server = await aPostgresServer();
	const url = `postgres://carhythm@127.0.0.1:${server.port}/postgres`;
	const database = await openAt(url);
	await server.stop();
	await expect(sql`select 1`.execute(database.db)).rejects.toThrow(StorageUnavailable);
	await expect(sql`select 1`.execute(database.reader)).rejects.toThrow(StorageUnavailable);
	await server.start();
	await expect(sql`select 1 as one`.execute(database.db)).resolves.toMatchObject({ rows: [{ one: 1 }] });
	await database.close();
});

test("what cannot be used is said in one sentence, without user and password", async () => {
	await using server = await aPostgresServer();
	await server.stop();
	const accessFile = join(server.data, "pg_hba.conf");
	const everyone = readFileSync(accessFile, "utf8");
	writeFileSync(accessFile, `host all guarded 127.0.0.1/32 scram-sha-256\n${everyone}`);
	await server.start();
	const place = `127.0.0.1:${server.port}`;
	const admin = new Client(`postgres://carhythm@${place}/postgres`);
	await admin.connect();
	await admin.query("create role guarded login password 'right'");
	await admin.query("create role full_up login connection limit 0");
	await admin.query("create database latin encoding 'LATIN1' template template0");
	const messages = [
		[`postgres://guarded:wrong-secret@${place}/postgres`, "does not know this user with this password"],
		[`postgres://guarded@${place}/postgres`, "asks for a password and none is given"],
		[`postgres://full_up:secret@${place}/postgres`, "has no connection left"],
		[`postgres://carhythm:secret@${place}/none`, "has no database of this name"],
		[`postgres://carhythm:secret@${place}/latin`, "its encoding is LATIN1 where UTF8 is needed"],
		[`postgres://carhythm:secret@${place}/postgres?sslmode=verify-full`, "offers no encrypted connections"],
		["postgres://carhythm:secret@127.0.0.1:1/d", "no PostgreSQL server answers there"],
		["postgres://carhythm:secret@nowhere.invalid/d", "there is no server of this name"],
	] as const;
	for (const [url, reason] of messages) await expectRefusal(url, reason);

	for (const setting of ["fsync", "full_page_writes"]) {
		await admin.query(`alter system set ${setting} = off`);
		await admin.query("select pg_reload_conf()");
		await expect.poll(async () => (await admin.query(`show ${setting}`)).rows[0]?.[setting]).toBe("off");
		await expectRefusal(
			`postgres://carhythm:secret@${place}/postgres`,
			`its setting ${setting} reads off where on is needed to keep answers safe`,
		);
		await admin.query(`alter system reset ${setting}`);
		await admin.query("select pg_reload_conf()");
		await expect.poll(async () => (await admin.query(`show ${setting}`)).rows[0]?.[setting]).toBe("on");
	}
	await admin.end();
});

async function expectRefusal(url: string, reason: string): Promise<void> {
	const error = await openAt(url).then(
		() => null,
		(problem: unknown) => problem,
	);
	expect(error).toBeInstanceOf(OperatorError);
	const message = error instanceof Error ? error.message : "";
	expect(message).toContain(reason);
	expect(message).toMatch(/^The database \S+ on \S+ cannot be used: .*\.$/);
	expect(message).not.toMatch(/secret|guarded|full_up/);
}
