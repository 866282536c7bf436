import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aPostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import { readSystemCatalogue } from "./read-catalogue.ts";

async function ofSqlite(statements: string) {
	using folder = aFolder();
	const file = new SqliteFile(folder.file("a.db"));
	file.exec(statements);
	file.close();
	const database = await openDatabase({ dialect: "sqlite", file: folder.file("a.db") });
	try {
		return await readSystemCatalogue(database.db, "sqlite");
	} finally {
		await database.close();
	}
}

async function ofPostgres(statements: string) {
	await using server = await aPostgresDatabase();
	await server.query(statements);
	const database = await openDatabase(server.url);
	try {
		return await readSystemCatalogue(database.db, "postgres");
	} finally {
		await database.close();
	}
}

test("SQLite: checks are read from the table's text, whatever stands around them", async () => {
	const catalogue = await ofSqlite(`CREATE TABLE t (
		"check" TEXT DEFAULT 'check (1)', -- CHECK (no)
		a TEXT CONSTRAINT "ck_t_a" CHECK (a IN ('x', 'y)', (lower('z')))) NOT NULL,
		b INT check(b>0), CONSTRAINT ck_t CHECK (
			a <> b ) )`);
	expect(catalogue.get("t")?.checks).toEqual([
		{ name: "ck_t_a", expression: "a IN ('x', 'y)', (lower('z')))", validated: true },
		{ name: null, expression: "b>0", validated: true },
		{ name: "ck_t", expression: "a <> b", validated: true },
	]);
});

test("SQLite: keys, foreign keys without columns, partial indexes and indexes on expressions", async () => {
	const catalogue = await ofSqlite(`
		CREATE TABLE p (x TEXT, y INTEGER, PRIMARY KEY (y, x));
		CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y INTEGER, u TEXT UNIQUE,
			FOREIGN KEY (y, x) REFERENCES p ON DELETE SET NULL);
		CREATE INDEX i ON t (y, lower(x)) WHERE x <> ' where ' AND
			y > 0;
		CREATE VIRTUAL TABLE words USING fts5 (word)`);
	const table = catalogue.get("t");
	expect(catalogue.get("p")?.primary_key).toEqual(["y", "x"]);
	expect(catalogue.get("p")?.columns.get("y")?.not_null).toBe(false);
	expect(table?.columns.get("id")).toEqual({
		name: "id",
		kind: "integer",
		declared: "integer",
		not_null: true,
		default: null,
	});
	expect(table?.foreign_keys).toEqual([
		{
			name: null,
			columns: ["y", "x"],
			references: { table: "p", columns: ["y", "x"] },
			on_delete: "set null",
			validated: true,
		},
	]);
	expect(table?.indexes.get("i")).toEqual({
		name: "i",
		unique: false,
		columns: ["y", "(expression)"],
		where: "x <> ' where ' AND y > 0",
		valid: true,
	});
	expect([...(table?.indexes.values() ?? [])].map(({ columns, unique }) => [columns, unique])).toContainEqual(
		[["u"], true],
	);
	expect(catalogue.has("words")).toBe(false);
});

test("PostgreSQL: only the tables of the current schema, a partitioned one as one", async () => {
	const catalogue = await ofPostgres(`
		CREATE SCHEMA other; CREATE TABLE other.t (id int); CREATE TABLE other.hidden (id int);
		CREATE TABLE t (id bigserial PRIMARY KEY, gone int, "Name" varchar(9) DEFAULT 'a');
		ALTER TABLE t DROP COLUMN gone;
		CREATE TABLE parts (n int) PARTITION BY RANGE (n);
		CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (2);
		CREATE VIEW v AS SELECT id FROM t`);
	expect([...catalogue.keys()]).toEqual(["parts", "t"]);
	expect([...(catalogue.get("t")?.columns.values() ?? [])]).toEqual([
		{ name: "id", kind: "integer", declared: "bigint", not_null: true, default: null },
		{
			name: "Name",
			kind: "text",
			declared: "character varying(9)",
			not_null: false,
			default: "'a'::character varying",
		},
	]);
});

test("PostgreSQL: enumerated types with their labels in order, and constraints that were never validated", async () => {
	const catalogue = await ofPostgres(`
		CREATE TYPE mood AS ENUM ('sad', 'happy'); ALTER TYPE mood ADD VALUE 'fine' BEFORE 'happy';
		CREATE TABLE p (a int, b int, PRIMARY KEY (b, a));
		CREATE TABLE t (mood mood, a int, b int, CONSTRAINT to_p FOREIGN KEY (b, a) REFERENCES p ON DELETE CASCADE);
		ALTER TABLE t ADD CONSTRAINT ck_t_a CHECK (a > 0) NOT VALID;
		CREATE UNIQUE INDEX i ON t (a, (b + 1)) INCLUDE (mood) WHERE a > 1`);
	const table = catalogue.get("t");
	expect(catalogue.get("p")).toMatchObject({ primary_key: ["b", "a"], indexes: new Map() });
	expect(table?.enums.get("mood")).toEqual({ type: "mood", labels: ["sad", "fine", "happy"] });
	expect(table?.columns.get("mood")?.kind).toBe("text");
	expect(table?.foreign_keys).toEqual([
		{
			name: "to_p",
			columns: ["b", "a"],
			references: { table: "p", columns: ["b", "a"] },
			on_delete: "cascade",
			validated: true,
		},
	]);
	expect(table?.checks).toEqual([{ name: "ck_t_a", expression: "(a > 0)", validated: false }]);
	expect(table?.indexes.get("i")).toEqual({
		name: "i",
		unique: true,
		columns: ["a", "(expression)"],
		where: "(a > 1)",
		valid: true,
	});
});
