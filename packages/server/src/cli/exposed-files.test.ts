// Runs once: it looks at the modes of SQLite's files.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { aPostgresDatabase } from "../testing/postgres/a-postgres.ts";
import { CLI, carhythm, runFile } from "../testing/processes/run.ts";
import { serving } from "../testing/processes/serving.ts";

/** A folder in which other users may look about, as `/srv` is. */
function anOpenFolder() {
	const folder = aFolder();
	chmodSync(folder.path, 0o755);
	return folder;
}

const modesIn = (folder: string) =>
	Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(`${folder}/${name}`).mode & 0o777]));

test("what commands and the server make can be read by their owner alone, whatever the umask", async () => {
	using folder = anOpenFolder();
	const file = folder.file("a.db");
	const before = process.umask(0o000);
	try {
		await using server = await serving({ DATABASE_URL: `sqlite:${file}` });
		await fetch(`${server.address}/api/v2/session/start`, { method: "POST" });
		expect(Object.keys(modesIn(folder.path))).toContain("a.db-wal");
		expect(await carhythm(file, "backup")).toMatchObject({ code: 0 });
		expect(await carhythm(file, "export", "--out", folder.file("a.csv"))).toMatchObject({ code: 0 });
		for (const [name, mode] of Object.entries(modesIn(folder.path)))
			expect([name, mode]).toEqual([name, 0o600]);
		server.child.kill("SIGTERM");
		expect((await server.ended).stdout).not.toContain("Other users");
	} finally {
		process.umask(before);
	}
});

test("serve and migrate status warn of files that others can read, and the chmod that they name ends it", async () => {
	using folder = anOpenFolder();
	const file = folder.file("it's ours.db");
	expect(await carhythm(file, "migrate", "up")).toMatchObject({ code: 0 });
	expect(await carhythm(file, "backup")).toMatchObject({ code: 0 });
	expect((await carhythm(file, "migrate", "status")).stderr).not.toContain("Other users");
	for (const name of readdirSync(folder.path)) chmodSync(folder.file(name), 0o640);
	const { stderr } = await carhythm(file, "migrate", "status");
	expect(stderr).toContain(
		`Other users of this machine can read what students wrote: ${file} and 2 more. Type this: `,
	);

	const server = await serving({ DATABASE_URL: `sqlite:${file}` });
	server.child.kill("SIGTERM");
	const { stdout } = await server.ended;
	const warning = stdout.split("\n").find((line) => line.includes("Other users"));
	expect(JSON.parse(warning ?? "{}")).toMatchObject({
		level: 40,
		msg: expect.stringContaining("chmod go-rwx"),
	});

	// A folder that others may not pass through protects what is in it.
	chmodSync(folder.path, 0o700);
	expect((await carhythm(file, "migrate", "status")).stderr).not.toContain("Other users");
	chmodSync(folder.path, 0o755);
	const typed = /Type this: (.*)$/m.exec(stderr)?.[1] ?? "false";
	expect(await runShell(typed)).toMatchObject({ code: 0 });
	expect((await carhythm(file, "migrate", "status")).stderr).not.toContain("Other users");
});

test("on PostgreSQL the folder of the backups is looked at", async () => {
	using data = anOpenFolder();
	await using database = await aPostgresDatabase();
	const env = { PATH: process.env["PATH"], DATABASE_URL: database.address, XDG_DATA_HOME: data.path };
	const status = () => runFile(CLI, ["migrate", "status"], { env });
	expect((await status()).stderr).not.toContain("Other users");
	const backups = data.file("carhythm/backups");
	mkdirSync(backups, { recursive: true });
	chmodSync(data.file("carhythm"), 0o755);
	chmodSync(backups, 0o750);
	expect((await status()).stderr).toContain(
		`Other users of this machine can look into the folder of the backups, ${backups}. Type this: chmod go-rwx ${backups}`,
	);
	chmodSync(backups, 0o700);
	expect((await status()).stderr).not.toContain("Other users");
});

function runShell(line: string) {
	return new Promise<{ code: number | null }>((resolve) => {
		spawn("sh", ["-c", line], { stdio: "ignore" }).on("close", (code) => resolve({ code }));
	});
}
