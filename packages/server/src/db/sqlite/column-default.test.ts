import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { setColumnDefault, withDefault } from "./column-default.ts";

const NOW = "strftime('%Y','now')";

test("a default is added at the end of its column, whatever stands around it", () => {
	expect(withDefault("CREATE TABLE t(a TEXT, b TEXT)", "b", NOW)).toBe(
		`CREATE TABLE t(a TEXT, b TEXT DEFAULT (${NOW}))`,
	);
	expect(withDefault('CREATE TABLE "a (b" ([b] TEXT /* , b */, c)', "b", "1")).toBe(
		'CREATE TABLE "a (b" ([b] TEXT DEFAULT (1) /* , b */, c)',
	);
	expect(withDefault("CREATE TABLE t(a TEXT CHECK (a IN ('x', 'b')) -- b TEXT\n, B TEXT)", "b", "1")).toBe(
		"CREATE TABLE t(a TEXT CHECK (a IN ('x', 'b')) -- b TEXT\n, B TEXT DEFAULT (1))",
	);
});

test("a default that stands there is replaced", () => {
	expect(withDefault("CREATE TABLE t(b TEXT DEFAULT CURRENT_TIMESTAMP NOT NULL)", "b", "1")).toBe(
		"CREATE TABLE t(b TEXT DEFAULT (1) NOT NULL)",
	);
	expect(withDefault("CREATE TABLE t(b TEXT DEFAULT (max(1, 2)) UNIQUE)", "b", "1")).toBe(
		"CREATE TABLE t(b TEXT DEFAULT (1) UNIQUE)",
	);
	expect(withDefault("CREATE TABLE t(b INT DEFAULT -5, c)", "b", "1")).toBe(
		"CREATE TABLE t(b INT DEFAULT (1), c)",
	);
});

function aTable(definition: string) {
	const database = new SqliteFile(":memory:");
	database.exec(definition);
	return database;
}

test("rows, checks, references and indexes stay as they are", () => {
	const database = aTable(`CREATE TABLE p(id INTEGER PRIMARY KEY);
		CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT UNIQUE CHECK (a <> ''), p INT REFERENCES p(id), b TEXT);
		CREATE INDEX i ON t(b); INSERT INTO t(a, b) VALUES ('x', 'old')`);
	database.transaction(() => setColumnDefault(database, "t", "b", NOW))();
	database.exec("INSERT INTO t(a) VALUES ('y')");
	expect(database.prepare("SELECT a, b FROM t").all()).toEqual([
		{ a: "x", b: "old" },
		{ a: "y", b: String(new Date().getUTCFullYear()) },
	]);
	expect(() => database.exec("INSERT INTO t(a) VALUES ('')")).toThrow("CHECK");
	expect(database.pragma("foreign_key_list(t)")).toHaveLength(1);
	expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
	expect(() => database.exec("UPDATE sqlite_schema SET sql = sql")).toThrow("may not be modified");
});

test("rolled back, nothing has changed", () => {
	const database = aTable("CREATE TABLE t(a, b TEXT)");
	const schema = () => database.prepare("SELECT sql FROM sqlite_schema").pluck().get();
	const before = schema();
	database.exec("BEGIN");
	setColumnDefault(database, "t", "b", "1");
	expect(schema()).not.toBe(before);
	database.exec("ROLLBACK");
	expect(schema()).toBe(before);
	database.exec("INSERT INTO t(a) VALUES (1)");
	expect(database.prepare("SELECT b FROM t").pluck().get()).toBeNull();
});

test("what would change more than the default is refused", () => {
	const database = aTable("CREATE TABLE t(a, b TEXT)");
	const set = (table: string, column: string, expression: string) =>
		database.transaction(() => setColumnDefault(database, table, column, expression))();
	expect(() => set("t", "b", "1), c TEXT DEFAULT (2")).toThrow("without changing more of the table");
	expect(() => set("t", "none", "1")).toThrow("no column none");
	expect(() => set("none", "b", "1")).toThrow("no table none");
	expect(() => setColumnDefault(database, "t", "b", "1")).toThrow("inside a transaction");
});
