// Runs once: it tells the story of each engine itself.
import { readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aPostgresWithTools } from "../../testing/postgres/a-postgres.ts";
import { aDatabaseOn } from "../../testing/stores/an-engine.ts";
import { migrateUp } from "../runner.ts";
import { backup } from "./backup.ts";

const now = toInstant(Date.UTC(2026, 0, 1));

/** The modes that files had while `work` went on, looked at whenever a name appears or a file grows. */
async function modesMeanwhile(
	folder: string,
	work: () => Promise<unknown>,
): Promise<Map<string, Set<string>>> {
	const modes = new Map<string, Set<string>>();
	const look = () => {
		for (const name of readdirSync(folder)) {
			const mode = statSync(join(folder, name), { throwIfNoEntry: false })?.mode;
			if (mode === undefined) continue;
			const kind = name.replace(/[0-9a-f]{8}(-journal)?$/, "");
			modes.set(kind, (modes.get(kind) ?? new Set()).add((mode & 0o777).toString(8)));
		}
	};
	const watcher = watch(folder, look);
	await work();
	look();
	watcher.close();
	return modes;
}

test.each(["sqlite", "postgres"] as const)(
	"a backup of %s is private from its first byte, also where new files are readable by everyone",
	async (engine) => {
		using folder = aFolder();
		await using place = engine === "sqlite" ? await aDatabaseOn("sqlite") : await aPostgresWithTools();
		const database = await openDatabase(place.url);
		await migrateUp(database);
		await database.close();
		const before = process.umask(0o022);
		try {
			const modes = await modesMeanwhile(folder.path, () => backup(place.url, { now, to: folder.path }));
			expect([...modes.keys()].some((name) => name.includes(".partial-"))).toBe(true);
			expect(modes.size).toBeGreaterThanOrEqual(3);
			for (const [name, seen] of modes) expect([name, [...seen]]).toEqual([name, ["600"]]);
		} finally {
			process.umask(before);
		}
	},
);
