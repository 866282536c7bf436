import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../testing/a-folder.ts";
import { aPostgresWithTools } from "../testing/a-postgres.ts";
import { CLI, carhythm, runFile } from "../testing/run.ts";

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

test("on PostgreSQL: a dump into the working folder, back with --replace", async () => {
	using folder = aFolder();
	await using database = await aPostgresWithTools();
	await database.query("create table words (word text); insert into words values ('old')");
	const run = (...words: string[]) =>
		runFile(CLI, words, {
			cwd: folder.path,
			env: { PATH: process.env["PATH"], DATABASE_URL: database.address },
		});
	expect(await run("backup")).toMatchObject({ code: 0, stdout: expect.stringContaining("1 table, 1 row.") });
	const saved = readdirSync(folder.path).find((name) => name.endsWith(".dump")) ?? "";
	await database.query("update words set word = 'new'");
	expect(await run("restore", saved, "--yes")).toMatchObject({
		code: 4,
		stderr: expect.stringContaining("Add --replace"),
	});
	const restored = await run("restore", join(folder.path, saved), "--yes", "--replace", "--json");
	expect(restored).toMatchObject({ code: 0 });
	expect(await database.query("select word from words")).toEqual([{ word: "old" }]);
	const { kept } = JSON.parse(restored.stdout);
	expect(kept).toContain(`${database.name}_replaced_`);
	await database.query(`drop database "${kept}"`);
});
