import { existsSync, renameSync, rmSync } from "node:fs";
import { toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { prepareDatabase } from "../../prepare-database.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { carhythm } from "../../testing/processes/run.ts";
import { migrateUp } from "../runner.ts";
import { backup } from "./backup.ts";
import { AT_START } from "./keep-newest.ts";
import { listBackups } from "./list.ts";
import { manifestPath } from "./manifest.ts";

const at = (minute: number) => toInstant(Date.UTC(2026, 0, 1, 0, minute));
const sqlite = (file: string) => ({ dialect: "sqlite" as const, file });
const reasons = (folder: string) => listBackups(folder).backups.map(({ reason }) => reason);

async function anOldDatabase(file: string): Promise<void> {
	const database = await openDatabase(sqlite(file));
	await migrateUp(database, { to: 3 });
	await database.close();
}

test("an upgrade at the start keeps the newest backups of its kind and deletes no other", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await anOldDatabase(file);
	const others = [
		await backup(sqlite(file), { now: at(0) }),
		await backup(sqlite(file), { now: at(1), reason: "before-up" }),
		await backup(sqlite(file), { now: at(2), reason: "scheduled" }),
		await backup(sqlite(file), { now: at(3), reason: AT_START, to: folder.file("named-by-hand.db") }),
	].map((made) => made.file);
	// Another database in the same folder, and one whose name begins alike.
	await anOldDatabase(folder.file("a.db.backup-b.db"));
	const foreign = await backup(sqlite(folder.file("a.db.backup-b.db")), { now: at(4), reason: AT_START });
	// By its name one of ours, by its manifest made by hand.
	const { file: copied } = await backup(sqlite(file), { now: at(5) });
	const disguised = copied.replace(
		".db.backup-2026-01-01T00-05-00Z.db",
		`.db.backup-2026-01-01T00-05-00Z-${AT_START}.db`,
	);
	renameSync(copied, disguised);
	renameSync(manifestPath(copied), manifestPath(disguised));

	const old: string[] = [];
	for (const minute of [6, 6, 7])
		old.push((await backup(sqlite(file), { now: at(minute), reason: AT_START })).file);
	expect(old[1]).toBe(old[0]?.replace(/\.db$/, "-2.db"));
	// What an interrupted deletion leaves.
	const { file: gone } = await backup(sqlite(file), { now: at(8), reason: AT_START });
	rmSync(gone);

	const database = await openDatabase(sqlite(file));
	const said: string[] = [];
	await prepareDatabase(database, { migrate_on_start: false, backups_kept: 2 }, (line) => said.push(line));
	await database.close();
	expect(said.filter((line) => line.startsWith("Deleted"))).toEqual(
		[old[1], old[0]].map((name) => `Deleted an old backup of an upgrade: ${name}`),
	);
	for (const name of [...others, foreign.file, disguised, old[2] ?? ""])
		expect([name, existsSync(name)]).toEqual([name, true]);
	for (const name of [old[0] ?? "", old[1] ?? "", gone]) {
		expect([existsSync(name), existsSync(manifestPath(name))]).toEqual([false, false]);
	}
	const { backups, problems } = listBackups(folder.path);
	expect(problems).toEqual([]);
	expect(backups[0]).toMatchObject({ reason: AT_START, newest_migration: 3 });
	expect(reasons(folder.path).filter((reason) => reason === AT_START)).toHaveLength(4);
});

test("backup --keep makes a series of its own, of which only the newest are kept", async () => {
	using folder = aFolder();
	const file = folder.file("a.db");
	await anOldDatabase(file);
	await backup(sqlite(file), { now: at(0) });
	for (const minute of [1, 2, 3]) await backup(sqlite(file), { now: at(minute), reason: "scheduled" });
	const made = await carhythm(file, "backup", "--keep", "2");
	expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining("-scheduled.db") });
	expect(made.stderr.match(/Deleted an older one/g)).toHaveLength(2);
	expect(reasons(folder.path)).toEqual(["scheduled", "scheduled", "by-hand"]);
	for (const [words, sentence] of [
		[["--keep", "0"], "It must be a number from 1 to 9999."],
		[["--keep", "2", "--to", folder.file("x.db")], "--keep needs a folder after --to, not a file."],
	] as const) {
		expect(await carhythm(file, "backup", ...words)).toMatchObject({
			code: 2,
			stderr: expect.stringContaining(sentence),
		});
	}
});
