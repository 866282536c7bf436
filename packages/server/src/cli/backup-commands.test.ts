import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { aPostgresWithTools } from "../testing/postgres/a-postgres.ts";
import { CLI, carhythm, runFile } from "../testing/processes/run.ts";

test("an operator backs up, loses everything, and restores", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await carhythm(file, "migrate", "up");
	mkdirSync(folder.file("backups"));
	const made = await carhythm(file, "backup", "--to", folder.file("backups"), "--json");
	expect(made).toMatchObject({
		code: 0,
		stderr: expect.stringContaining("reading the copy again, every row"),
	});
	const { file: saved, manifest } = JSON.parse(made.stdout);
	expect(manifest.tables.student_responses.rows).toBe(0);

	const database = new SqliteFile(file);
	database.exec("PRAGMA foreign_keys=OFF; DROP TABLE student_responses");
	database.close();
	expect(await carhythm(file, "restore", saved)).toMatchObject({
		code: 3,
		stdout: "",
		stderr: expect.stringContaining("Add --yes to confirm it. Nothing was changed."),
	});
	const restored = await carhythm(file, "restore", saved, "--yes");
	expect(restored).toMatchObject({ code: 0, stderr: expect.stringContaining("comparing every row") });
	expect(restored.stdout).toMatch(
		/is now the backup of .*, every row compared\.\nThe database of before is kept as /,
	);
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	expect(readdirSync(folder.path).some((name) => name.includes(".replaced-"))).toBe(true);
});

test.each([
	[["backup"], 1, "There is no database"],
	[["backup", "--to"], 2, "argument missing"],
	[["restore"], 2, "missing required argument 'file'"],
	[["restore", "none.db", "--yes"], 4, "There is no backup"],
])("%j ends with %d and one sentence", async (words, code, sentence) => {
	using folder = aFolder();
	const ended = await carhythm(folder.file("a.db"), ...words);
	expect(ended).toMatchObject({ code, stdout: "" });
	expect(ended.stderr).toContain(sentence);
	expect(ended.stderr).not.toMatch(/\n\s+at /);
	expect(readdirSync(folder.path)).toEqual([]);
});

test("each backup before a change is told apart by its reason, and backup list shows them, the newest first", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await carhythm(file, "migrate", "up", "--to", "3");
	expect(await carhythm(file, "backup")).toMatchObject({ code: 0 });
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	expect(await carhythm(file, "migrate", "down", "--to", "2", "--yes")).toMatchObject({ code: 0 });
	const names = readdirSync(folder.path).filter((name) => name.endsWith("Z-before-up.db"));
	expect(names).toHaveLength(1);

	const listed = await carhythm(file, "backup", "list");
	expect(listed).toMatchObject({ code: 0, stderr: "" });
	const [header, ...rows] = listed.stdout.trimEnd().split("\n");
	expect(header).toMatch(/^TIME +REASON +SIZE +ROWS +DATABASE +FILE$/);
	expect(rows.map((row) => row.split(/ {2,}/)[1])).toEqual(["before-down-to-2", "before-up", "by-hand"]);
	expect(rows[0]).toMatch(/^2\S+Z +before-down-to-2 +\d+\.\d MB +\d+ +sqlite +\/.*-before-down-to-2\.db$/);
	const json = await carhythm(file, "backup", "list", "--json");
	const backups = JSON.parse(json.stdout);
	expect(backups).toHaveLength(3);
	expect(backups[1]).toMatchObject({
		reason: "before-up",
		file: join(folder.path, names[0] ?? ""),
		engine: "sqlite",
		newest_migration: 3,
	});

	// A folder may be named; what cannot be restored from it is told.
	mkdirSync(folder.file("elsewhere"));
	expect(await carhythm(file, "backup", "list", folder.file("elsewhere"))).toMatchObject({
		code: 0,
		stdout: `There is no backup in ${folder.file("elsewhere")}.\n`,
	});
	rmSync(backups[0].file);
	const left = await carhythm(file, "backup", "list", folder.path);
	expect(left.stdout.trimEnd().split("\n")).toHaveLength(3);
	expect(left.stderr).toBe(`There is no backup ${backups[0].file}.\n`);
	expect(await carhythm(file, "backup", "list", folder.file("none"))).toMatchObject({
		code: 1,
		stderr: `There is no folder ${folder.file("none")}.\n`,
	});
}, 120_000);

test("on PostgreSQL: a folder for backups that cannot be made is named with the ways on", async () => {
	using data = aFolder();
	await using database = await aPostgresWithTools();
	writeFileSync(data.file("carhythm"), "a file in the way");
	const { PATH } = process.env;
	const env = { PATH, DATABASE_URL: database.address, XDG_DATA_HOME: data.path };
	const refused = await runFile(CLI, ["backup"], { env });
	expect(refused).toMatchObject({ code: 4, stdout: "" });
	expect(refused.stderr).toContain(
		`The folder for backups ${data.file("carhythm/backups")} cannot be made (`,
	);
	expect(refused.stderr).toContain("--to");
});

test("on PostgreSQL: a dump into the user's folder for data, not the working folder; back with --replace", async () => {
	using folder = aFolder();
	using data = aFolder();
	await using database = await aPostgresWithTools();
	await database.query("create table words (word text); insert into words values ('old')");
	const run = (...words: string[]) =>
		runFile(CLI, words, {
			cwd: folder.path,
			env: { PATH: process.env["PATH"], DATABASE_URL: database.address, XDG_DATA_HOME: data.path },
		});
	const made = await run("backup");
	expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining("1 table, 1 row.") });
	expect(readdirSync(folder.path)).toEqual([]);
	const backups = data.file("carhythm/backups");
	expect(statSync(backups).mode & 0o777).toBe(0o700);
	const saved = join(backups, readdirSync(backups).find((name) => name.endsWith(".dump")) ?? "");
	expect(made.stdout).toContain(`Backed up to ${saved}: `);
	expect(JSON.parse((await run("backup", "list", "--json")).stdout)).toMatchObject([
		{ file: saved, reason: "by-hand", rows: 1, engine: "postgres", proven_by: "restoring" },
	]);
	await database.query("update words set word = 'new'");
	expect(await run("restore", saved, "--yes")).toMatchObject({
		code: 4,
		stderr: expect.stringContaining("Add --replace"),
	});
	const restored = await run("restore", saved, "--yes", "--replace", "--json");
	expect(restored).toMatchObject({ code: 0 });
	expect(await database.query("select word from words")).toEqual([{ word: "old" }]);
	const { kept } = JSON.parse(restored.stdout);
	expect(kept).toContain(`${database.name}_replaced_`);
	await database.query(`drop database "${kept}"`);
});
