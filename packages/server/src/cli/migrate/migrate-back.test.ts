import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { anOldFile, change, read } from "../../testing/predecessor/old-file.ts";
import { CLI, carhythm, startFile } from "../../testing/processes/run.ts";

const NOT_OURS = expect.stringContaining("made by another program, or by hand");

test("down, prune and verify refuse a database that was never adopted, as up does, and write nothing", async () => {
	await using old = await anOldFile("guide");
	const before = readFileSync(old.file);
	for (const words of [["down", "--to", "1", "--yes"], ["prune", "--yes"], ["verify"], ["up"]]) {
		const { code, stderr } = await old.run(...words);
		expect({ words, code, stderr }).toEqual({ words, code: 4, stderr: NOT_OURS });
	}
	expect(readFileSync(old.file).equals(before)).toBe(true);
	expect(old.backups()).toEqual([]);
}, 60_000);

test("a ledger without a row, as an earlier down left it, does not make a database ours", async () => {
	await using old = await anOldFile("guide");
	change(
		old.file,
		`CREATE TABLE migration_ledger (migration INTEGER NOT NULL, step TEXT NOT NULL, origin TEXT NOT NULL,
			checksum TEXT NOT NULL, applied_at TEXT NOT NULL, duration_ms INTEGER NOT NULL, cursor BIGINT,
			target BIGINT, PRIMARY KEY (migration, step))`,
	);
	expect(await old.run("up")).toMatchObject({ code: 4, stderr: NOT_OURS });
	expect(await old.run("adopt")).toMatchObject({ code: 0 });
}, 60_000);

test("down is refused while a server has the file open, and names the process", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	const server = startFile(CLI, ["serve", "--port", "0"], {
		env: { PATH: process.env["PATH"], DATABASE_URL: `sqlite:${file}` },
	});
	let said = "";
	await new Promise<void>((resolve) => {
		server.child.stdout?.on("data", (bytes) => {
			said += bytes;
			if (said.includes("listening")) resolve();
		});
	});
	const refused = await carhythm(file, "migrate", "down", "--to", "4", "--yes");
	expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(`process ${server.child.pid}`) });
	server.child.kill("SIGTERM");
	await server.ended;
	expect(await carhythm(file, "migrate", "down", "--to", "4", "--yes")).toMatchObject({ code: 0 });
}, 60_000);

test("verify after down says that the database is as found before the adoption", async () => {
	await using old = await anOldFile("names_lower");
	expect(await old.run("adopt", "--no-backup")).toMatchObject({ code: 0 });
	for (const to of ["2", "1"]) {
		expect(await old.run("down", "--to", to, "--yes", "--no-backup")).toMatchObject({ code: 0 });
		const { code, stdout } = await old.run("verify");
		expect({ to, code, stdout }).toMatchObject({ code: 0 });
		if (to === "2") expect(stdout).toContain("as found before the adoption");
	}
}, 60_000);

test("verify prints one difference a line and claims no backup", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	change(file, "DROP INDEX idx_session_events_operation; DROP INDEX idx_questions_page_id");
	const { code, stdout, stderr } = await carhythm(file, "migrate", "verify");
	expect(code).toBe(6);
	expect(stdout.split("\n").filter((line) => line.startsWith("DIFFERENT"))).toEqual([
		"DIFFERENT  schema: The index idx_questions_page_id on questions is missing.",
		"DIFFERENT  schema: The index idx_session_events_operation on session_events is missing.",
	]);
	expect(stderr).not.toContain("backup");
}, 60_000);

test("a server that fails to upgrade again and again keeps one backup, and names step, table, rows and the way back", async () => {
	await using old = await anOldFile("guide");
	expect(await old.run("adopt", "--no-backup")).toMatchObject({ code: 0 });
	expect(await old.run("down", "--to", "1", "--yes", "--no-backup")).toMatchObject({ code: 0 });
	change(
		old.file,
		`CREATE TRIGGER no_change BEFORE UPDATE ON student_responses BEGIN SELECT RAISE(ABORT, 'not allowed'); END`,
	);
	const before = read(old.file, "SELECT * FROM student_responses");
	for (const attempt of [1, 2, 3]) {
		const { code, stderr } = await carhythm(old.file, "serve", "--port", "0");
		expect({ attempt, code }).toEqual({ attempt, code: 5 });
		expect(stderr).toMatch(
			/The step kept_phase_1 of migration 2 failed on the table undo_2_student_responses, among the 9 rows with id from 1 to 9: not allowed\./,
		);
		expect(stderr).toContain(`carhythm restore ${dirname(old.file)}/`);
		expect(old.backups()).toHaveLength(1);
	}
	change(old.file, "DROP TRIGGER no_change");
	expect(await old.run("up")).toMatchObject({ code: 0 });
	expect(await old.run("verify")).toMatchObject({ code: 0 });
	expect(read(old.file, "SELECT id FROM student_responses")).toHaveLength(before.length);
}, 120_000);

test("a decision that was made for the adoption holds after down and up", async () => {
	await using old = await anOldFile("names_lower");
	change(old.file, "UPDATE student_responses SET status = 'paused' WHERE id IN (1, 4)");
	const decided = ["--map-status", "paused=active", "--assume-timezone", "Africa/Cairo"];
	expect(await old.run("adopt", "--no-backup", ...decided)).toMatchObject({ code: 0 });
	const rows = () => read(old.file, "SELECT id, status, created_at, last_activity FROM student_responses");
	const adopted = rows();
	for (const to of ["2", "1"]) {
		expect(await old.run("down", "--to", to, "--yes", "--no-backup")).toMatchObject({ code: 0 });
		expect(await old.run("up", "--no-backup", "--to", "2")).toMatchObject({ code: 0 });
		expect(await old.run("up", "--no-backup")).toMatchObject({ code: 0 });
		expect(rows()).toEqual(adopted);
	}
}, 120_000);

test("a kept label that no rule knows is a question with its number of rows, before anything is changed and backed up", async () => {
	await using old = await anOldFile("names_lower");
	expect(await old.run("adopt", "--no-backup")).toMatchObject({ code: 0 });
	expect(await old.run("down", "--to", "1", "--yes", "--no-backup")).toMatchObject({ code: 0 });
	change(old.file, "UPDATE undo_2_student_responses SET status = 'paused' WHERE id IN (1, 4)");
	const stopped = await carhythm(old.file, "serve", "--port", "0");
	expect(stopped).toMatchObject({
		code: 3,
		stderr: expect.stringContaining('"paused" (2 unfinished responses)'),
	});
	expect(old.backups()).toEqual([]);
	expect(await old.run("adopt", "--map-status", "paused=active")).toMatchObject({ code: 0 });
}, 60_000);

test("a database of an unreleased commit is refused in one sentence that says what to do", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	change(
		file,
		"UPDATE migration_ledger SET step = 'times_in_one_format' WHERE migration = 2 AND step = 'column_status'",
	);
	for (const words of [
		["migrate", "up"],
		["migrate", "down", "--yes"],
		["serve", "--port", "0"],
	]) {
		const { code, stderr } = await carhythm(file, ...words);
		expect({ words, code }).toEqual({ words, code: 4 });
		expect(stderr).toContain(
			"unreleased commit of CaRhythm (its ledger names the step times_in_one_format of migration 2",
		);
		expect(stderr).toContain("carhythm export");
	}
}, 60_000);
