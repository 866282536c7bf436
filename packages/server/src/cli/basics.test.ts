import { existsSync, writeFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { CLI, carhythm, runFile } from "../testing/processes/run.ts";

test("the help names every command, every setting with its default, and the exit codes", async () => {
	using folder = aFolder();
	const { code, stdout } = await carhythm(folder.file("a.db"), "--help");
	expect(code).toBe(0);
	for (const word of ["serve", "migrate", "compare", "assessment", "session", "export", "import-rescue"])
		expect(stdout).toContain(word);
	for (const word of [
		"DATABASE_URL",
		"HOST",
		"PORT",
		"CORS_ORIGINS",
		"SESSION_EXPIRY_DAYS",
		"LOG_LEVEL",
		"METRICS",
	]) {
		expect(stdout).toContain(word);
	}
	expect(stdout).toContain("Default: sqlite:./carhythm.db");
	expect(stdout).toContain("0 done, 1 failed, 2 wrong usage");
	expect(existsSync(folder.file("a.db"))).toBe(false);
});

test.each([
	[["sesion", "list"], 2, "unknown command 'sesion'"],
	[["serve", "--prot", "1"], 2, "unknown option '--prot'"],
	[["--port", "eighty"], 2, '--port is "eighty". It must be a number from 0 to 65535.'],
	[["session", "show", "12"], 2, '"12" is not a display id'],
	[["session", "list", "--status", "late"], 2, "Allowed choices are active, expired"],
	[["session", "list"], 1, "There is no database yet"],
	[["assessment", "check", "none.yaml"], 1, "none.yaml"],
	[
		["migrate", "up", "--database-url", "sqlite:/none/a.db"],
		1,
		"the folder /none does not exist; make it first.",
	],
])("%j ends with %d and one sentence", async (words, code, sentence) => {
	using folder = aFolder();
	const ended = await carhythm(folder.file("a.db"), ...words);
	expect(ended).toMatchObject({ code, stdout: "" });
	expect(ended.stderr).toContain(sentence);
	expect(ended.stderr).not.toMatch(/\n\s+at /);
	expect(existsSync(folder.file("a.db"))).toBe(false);
});

test("migrate: status before, up, up again, status after", async () => {
	using folder = aFolder();
	const run = (...words: string[]) => carhythm(folder.file("a.db"), "migrate", ...words);
	expect((await run("status")).stdout).toContain("There is no database yet");
	expect(existsSync(folder.file("a.db"))).toBe(false);
	expect(await run("up")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Done: \d+ steps\.\n$/) });
	expect(await run("up")).toMatchObject({
		code: 0,
		stdout: expect.stringContaining("nothing was to be done"),
	});
	expect((await run("status")).stdout).toMatch(/2\s+phase_1_session_management\s+applied/);
	const status = JSON.parse((await run("status", "--json")).stdout);
	expect(new Set(status.map((one: { state: string }) => one.state))).toEqual(new Set(["applied"]));
});

test("a database of another program is refused with 4, a file that is no database with 1", async () => {
	using folder = aFolder();
	const other = new SqliteFile(folder.file("other.db"));
	other.exec("CREATE TABLE student_responses (id INTEGER PRIMARY KEY)");
	other.close();
	const refused = await carhythm(folder.file("other.db"), "serve", "--port", "0");
	expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("carhythm migrate adopt") });
	writeFileSync(folder.file("letter.db"), "Dear Sir or Madam, ".repeat(100));
	const broken = await carhythm(folder.file("letter.db"), "serve", "--port", "0");
	expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining("it is not an SQLite database.") });
});

const SURVEY = `key: our-survey
languages: [en]
title: { en: Our survey }
estimated_minutes: 1
chapters:
  - key: one
    title: { en: One }
    estimated_minutes: 1
    pages:
      - key: page
        title: { en: Page }
        questions:
          - { key: mood, type: slider, text: { en: How are you? }, min: 1, max: 5 }
`;

test("a school checks, adds, lists and chooses its own questionnaire", async () => {
	using folder = aFolder();
	const survey = folder.file("survey.yaml");
	writeFileSync(survey, SURVEY);
	const run = (...words: string[]) => carhythm(folder.file("a.db"), "assessment", ...words);
	expect((await run("check", survey)).stdout).toBe(
		`${survey} is sound: our-survey, 1 question, no scoring.\n`,
	);
	expect((await run("add", survey)).stdout).toBe("Added our-survey, version 1.\n");
	expect((await run("add", survey)).stdout).toContain("unchanged");
	expect((await run("default", "our-survey")).stdout).toBe("New sessions now get our-survey.\n");
	const none = await run("default", "none");
	expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no assessment "none".') });
	const listed = JSON.parse((await run("list", "--json")).stdout);
	expect(listed).toMatchObject([
		{ key: "career-rhythm", is_default: false },
		{ key: "sampler", is_default: false },
		{ key: "our-survey", is_default: true, questions: 1 },
	]);
	expect((await run("list")).stdout).toMatch(/our-survey +1 +1 +0 +yes +Our survey/);
});

test("mistakes in a questionnaire are named by line, and nothing is stored", async () => {
	using folder = aFolder();
	const survey = folder.file("survey.yaml");
	writeFileSync(survey, SURVEY.replace("max: 5", "max: 1"));
	for (const command of ["check", "add"]) {
		const { code, stdout, stderr } = await carhythm(folder.file("a.db"), "assessment", command, survey);
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toMatch(/survey\.yaml:13:\d+ item mood: .*less than/);
		expect(stderr).toContain("1 problem.");
	}
	expect(existsSync(folder.file("a.db"))).toBe(false);
});

test("a syntax mistake in a questionnaire is shown with its line and its remedy", async () => {
	using folder = aFolder();
	const survey = folder.file("survey.yaml");
	writeFileSync(survey, SURVEY.replace("How are you?", "Now: how are you?"));
	const { code, stderr } = await carhythm(folder.file("a.db"), "assessment", "check", survey);
	expect(code).toBe(1);
	expect(stderr.split("\n")).toEqual([
		`${survey}:13:52 A text with a colon needs quotes: en: "Now: how are you?"`,
		"    - { key: mood, type: slider, text: { en: Now: how are you? }, min: 1, max: 5 }",
		`${survey}: 1 problem.`,
		"",
	]);
});

test("two processes that add at once make two versions in a row", async () => {
	using folder = aFolder();
	writeFileSync(folder.file("a.yaml"), SURVEY);
	writeFileSync(folder.file("b.yaml"), SURVEY.replace("How are you?", "How do you do?"));
	const added = await Promise.all(
		["a.yaml", "b.yaml"].map((name) => carhythm(folder.file("a.db"), "assessment", "add", folder.file(name))),
	);
	expect(added.map(({ stdout }) => stdout).sort()).toEqual([
		"Added our-survey, version 1.\n",
		"Added our-survey, version 2.\n",
	]);
});

test("a command names the database that it used, and the file that it did not find", async () => {
	using folder = aFolder();
	const missing = await carhythm(folder.file("a.db"), "session", "list");
	expect(missing.stderr).toContain(`${folder.file("a.db")} is made when CaRhythm first starts`);
	expect(missing.stderr).toContain("a file .env is not read");
	expect((await carhythm(folder.file("a.db"), "migrate", "status")).stdout).toContain(folder.file("a.db"));
	expect((await carhythm(folder.file("a.db"), "migrate", "up")).stderr).toContain(
		`Database: ${folder.file("a.db")}`,
	);
});

test("the three slashes of SQLAlchemy never make an empty database beside the one that was meant", async () => {
	using folder = aFolder();
	writeFileSync(folder.file("carhythm-school.db"), "");
	const { code, stderr } = await runFile(CLI, ["migrate", "up"], {
		cwd: folder.path,
		env: { PATH: process.env["PATH"], DATABASE_URL: "sqlite:///carhythm-school.db" },
	});
	expect({ code, stderr }).toEqual({
		code: 2,
		stderr: expect.stringContaining("write sqlite:./carhythm-school.db"),
	});
	expect(existsSync("/carhythm-school.db")).toBe(false);
});
