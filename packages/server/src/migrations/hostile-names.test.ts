import { toInstant } from "@carhythm/core";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../db/open.ts";
import { aFolder } from "../testing/folders/a-folder.ts";
import { HOSTILE_NAMES, hostileColumns, hostileTables } from "../testing/migrations/hostile-names.ts";
import { problems, roundTrip, withoutBackup } from "../testing/migrations/round-trip.ts";
import { aPostgresWithTools } from "../testing/postgres/a-postgres.ts";
import { aPredecessorDatabase } from "../testing/predecessor/databases.ts";
import { aDatabase, engine } from "../testing/stores/an-engine.ts";
import { originalsTable } from "./adoption/original-values.ts";
import { backup } from "./backup/backup.ts";
import { restore } from "./backup/restore.ts";
import { prune } from "./down.ts";
import { ledgerOf } from "./steps/run-context.ts";
import { readSystemCatalogue } from "./system-catalogue/read-catalogue.ts";
import { downgrade, upgrade } from "./upgrade.ts";
import { verify } from "./verify/verify.ts";

const OF_ANOTHER_PROGRAM = ["question_answers", "student_responses", "pages"];

test("a database whose tables and columns have hostile names is adopted, goes down and up, and loses nothing", async () => {
	await using place = await aPredecessorDatabase(engine, "guide");
	await place.exec(
		...hostileTables(),
		...OF_ANOTHER_PROGRAM.flatMap((table) => hostileColumns(table, engine)),
		...(engine === "postgres" ? ['ALTER TYPE sessionstatus RENAME TO "a.b""; drop table admins; --"'] : []),
	);
	const database = await openDatabase(place.url);
	const catalogue = () => readSystemCatalogue(ledgerOf(database), engine);
	const { report } = await upgrade(database, { ...withoutBackup, adopt: true });
	expect(problems(report)).toEqual([]);
	expect(problems(await verify(database))).toEqual([]);
	// Older answers to one question were set aside, with every column.
	const found = (await catalogue()).get(originalsTable("question_answers"))?.columns;
	for (const name of HOSTILE_NAMES) expect([name, found?.has(name)]).toEqual([name, true]);

	expect(await roundTrip(database, 1)).toEqual([]);
	await downgrade(database, { ...withoutBackup, to: 1 });
	const there = await catalogue();
	for (const name of ["admins", ...HOSTILE_NAMES]) expect([name, there.has(name)]).toEqual([name, true]);
	expect((await prune(database)).length).toBeGreaterThan(0);
	expect(await rowsOf(database)).toEqual(HOSTILE_NAMES.map((name) => [name, HOSTILE_NAMES]));
	await database.close();
}, 120_000);

test("a backup of tables with hostile names is proven and restored", async () => {
	using folder = aFolder();
	await using place = engine === "postgres" ? await aPostgresWithTools() : await aDatabase();
	const database = await openDatabase(place.url);
	for (const statement of hostileTables()) await sql.raw(statement).execute(database.db);
	const now = toInstant(Date.UTC(2026, 0, 1));
	const { file, manifest } = await backup(place.url, { now, to: folder.path });
	expect(Object.keys(manifest.tables)).toHaveLength(HOSTILE_NAMES.length);
	for (const name of HOSTILE_NAMES) await sql`DROP TABLE ${sql.id(name)}`.execute(database.db);
	await database.close();
	await restore(file, place.url, { now, replace: true });
	const restored = await openDatabase(place.url);
	expect(await rowsOf(restored)).toEqual(HOSTILE_NAMES.map((name) => [name, HOSTILE_NAMES]));
	await restored.close();
});

/** The one row of each hostile table. */
async function rowsOf({ db }: Awaited<ReturnType<typeof openDatabase>>) {
	const all: [string, unknown[]][] = [];
	for (const name of HOSTILE_NAMES) {
		const { rows } = await sql<object>`SELECT * FROM ${sql.id(name)}`.execute(db);
		all.push([name, Object.values(rows[0] ?? {})]);
	}
	return all;
}
