import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { anOldFile, change, read } from "../../testing/predecessor/old-file.ts";
import { carhythm } from "../../testing/processes/run.ts";

test("an old database: plan shows the repairs, up refuses, adopt takes it over, down and up again, prune", async () => {
	await using old = await anOldFile("guide");
	const before = read(old.file, "SELECT * FROM student_responses ORDER BY id");

	const plan = await old.run("plan");
	expect(plan).toMatchObject({ code: 0 });
	const lines = plan.stdout.trimEnd().split("\n");
	expect(lines[0]).toMatch(/^\d+ steps to do, \d+ found there\.$/);
	expect(lines[2]).toMatch(/^All of it worked on a copy/);
	// What an operator has to know stands at the end, the steps are for who asks.
	expect(lines.at(-1)).toMatch(/^(Repair|Note|Lost): /);
	expect(plan.stdout).not.toContain("session_details_of_responses");
	expect((await old.run("plan", "--verbose")).stdout).toContain("session_details_of_responses");
	expect(plan.stderr).toContain(`Database: ${old.file}`);
	expect(await old.run("status")).toMatchObject({
		code: 0,
		stdout: expect.stringMatching(/3\s+sessions\s+pending/),
		stderr: expect.stringContaining("carhythm migrate adopt"),
	});
	expect(read(old.file, "SELECT * FROM student_responses ORDER BY id")).toEqual(before);

	expect(await old.run("up")).toMatchObject({ code: 4, stderr: expect.stringContaining("migrate adopt") });

	const adopted = await old.run("adopt", "--json");
	const { applied } = JSON.parse(adopted.stdout) as { applied: { origin: string }[] };
	const found = applied.filter(({ origin }) => origin === "adopted").length;
	expect(lines[0]).toBe(`${applied.length - found} steps to do, ${found} found there.`);
	expect({ code: adopted.code, stderr: adopted.code === 0 ? "" : adopted.stderr }).toEqual({
		code: 0,
		stderr: "",
	});
	const outcome = JSON.parse(adopted.stdout) as {
		backup: string;
		report: { ok: boolean };
		repairs: string[];
	};
	expect(outcome.report.ok).toBe(true);
	expect(outcome.repairs.length).toBeGreaterThan(0);
	expect(existsSync(outcome.backup)).toBe(true);
	expect(existsSync(`${outcome.backup}.manifest.json`)).toBe(true);
	expect(await old.run("verify")).toMatchObject({ code: 0 });
	expect(await old.run("up")).toMatchObject({ code: 0, stdout: expect.stringContaining("up to date") });

	expect(await old.run("down", "--to", "2")).toMatchObject({
		code: 3,
		stderr: expect.stringContaining("--yes"),
	});
	expect(await old.run("down", "--to", "2", "--yes", "--no-backup")).toMatchObject({ code: 0 });
	expect(read(old.file, "SELECT * FROM student_responses ORDER BY id")).toEqual(before);
	expect(await old.run("up", "--no-backup")).toMatchObject({
		code: 0,
		stdout: expect.stringMatching(/\nBack: session_details: \d+ rows\n(Back: .*\n)*$/),
	});
	expect(await old.run("verify", "--json")).toMatchObject({
		code: 0,
		stdout: expect.stringContaining('"ok": true'),
	});

	expect(await old.run("down", "--to", "1", "--yes", "--no-backup")).toMatchObject({ code: 0 });
	const pruned = await old.run("prune", "--yes");
	expect(pruned).toMatchObject({ code: 0, stdout: expect.stringContaining("undo_2_student_responses") });
	expect(await old.run("prune", "--yes")).toMatchObject({ code: 0, stdout: "Nothing is kept.\n" });
}, 120_000);

test("a status that no rule knows stops everything before the first change, until somebody decides", async () => {
	await using old = await anOldFile("before_phase_1");
	change(
		old.file,
		`ALTER TABLE student_responses ADD COLUMN status TEXT NOT NULL DEFAULT 'active';
		UPDATE student_responses SET status = 'paused' WHERE completed_at IS NULL`,
	);
	const before = read(old.file, "SELECT name, sql FROM sqlite_schema ORDER BY name");
	const stopped = await old.run("adopt");
	expect(stopped).toMatchObject({ code: 3, stderr: expect.stringContaining("paused") });
	expect(stopped.stderr).toContain("--map-status");
	expect(read(old.file, "SELECT name, sql FROM sqlite_schema ORDER BY name")).toEqual(before);
	expect(await old.run("plan")).toMatchObject({
		code: 3,
		stdout: expect.stringContaining("A decision is needed"),
	});

	expect(await old.run("adopt", "--map-status", "paused=active")).toMatchObject({ code: 0 });
	expect(read(old.file, "SELECT count(*) AS n FROM student_responses WHERE status = 'paused'")).toEqual([
		{ n: 0 },
	]);
}, 60_000);

test("a step that fails is rolled back and says so; the run goes on when the reason is gone", async () => {
	await using old = await anOldFile("before_phase_1");
	change(
		old.file,
		`CREATE TRIGGER in_the_way BEFORE UPDATE OF status ON student_responses
			BEGIN SELECT RAISE(ABORT, 'nobody may change this'); END`,
	);
	const failed = await old.run("adopt");
	expect(failed).toMatchObject({
		code: 5,
		stderr: expect.stringContaining("nobody may change this. The step was rolled back"),
	});
	change(old.file, "DROP TRIGGER in_the_way");
	expect(await old.run("up")).toMatchObject({ code: 0 });
	expect(await old.run("verify")).toMatchObject({ code: 0 });
}, 60_000);

test("verify names a schema that somebody changed, with an exit code of its own", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	// A new database holds nothing that a backup would keep.
	expect(readdirSync(folder.path).filter((name) => name.includes("backup"))).toEqual([]);
	change(file, "DROP INDEX idx_session_events_operation");
	const differs = await carhythm(file, "migrate", "verify");
	expect(differs).toMatchObject({ code: 6, stdout: expect.stringContaining("idx_session_events_operation") });
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	expect(await carhythm(file, "migrate", "verify")).toMatchObject({ code: 0 });
}, 60_000);

test("wrong words are answered with what is allowed", async () => {
	using folder = aFolder();
	const run = (...words: string[]) => carhythm(folder.file("a.db"), "migrate", ...words);
	const wrong: [string[], string][] = [
		[["down", "--to", "0"], "from 1 to"],
		[["up", "--to", "99"], "from 1 to"],
		[["adopt", "--assume-timezone", "Mars"], "Asia/Riyadh"],
		[["adopt", "--map-status", "paused"], "LABEL=STATUS"],
	];
	for (const [words, said] of wrong) {
		expect(await run(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
	}
	for (const command of ["plan", "verify", "down", "adopt", "prune"]) {
		const words = command === "down" ? [command, "--yes"] : [command];
		expect(await run(...words)).toMatchObject({
			code: 1,
			stderr: expect.stringContaining("There is no database yet"),
		});
	}
	expect(readdirSync(folder.path)).toEqual([]);
}, 60_000);
