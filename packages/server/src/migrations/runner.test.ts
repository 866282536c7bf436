import { readFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Database } from "../db/dialect.ts";
import { openDatabase } from "../db/open.ts";
import { aFolder } from "../testing/folders/a-folder.ts";
import { beforePhase1, RESPONSES } from "../testing/migrations/before-phase-1.ts";
import { contentsOf } from "../testing/migrations/contents.ts";
import { aPredecessorDatabase } from "../testing/predecessor/databases.ts";
import { runFile } from "../testing/processes/run.ts";
import { aDatabaseOn, ENGINES, type Engine } from "../testing/stores/an-engine.ts";
import { migrateDown, prune } from "./down.ts";
import { migrateUp, migrationStatus, stepsOf } from "./runner.ts";
import { ledgerOf } from "./steps/run-context.ts";

const MIGRATE = new URL("../testing/programs/migrate-and-die.ts", import.meta.url);

/** The campaign tries everything, and takes its time for it. */
const isCampaign = process.env["CARHYTHM_KILLS"] === "all";
const LONG_MS = isCampaign ? 4 * 3_600_000 : 600_000;

/** At how many of the moments of a run it is killed. */
const KILLS = isCampaign ? Number.POSITIVE_INFINITY : 3;

/** How many responses go down and up again; 200,000 in the campaign. */
const UNDONE_ROWS = Number(process.env["CARHYTHM_ROWS"] ?? 1000);

const contentsAfter = async (database: Database) => {
	const contents = await contentsOf(database);
	await database.close();
	return contents;
};

describe.each(ENGINES)("on %s", (engine) => {
	test("a new database gets every table, and the second run finds nothing to do", async () => {
		await using empty = await aDatabaseOn(engine);
		const database = await empty.open();
		const { applied } = await migrateUp(database);
		expect(applied).toHaveLength(stepsOf(database).length);
		expect(new Set(applied.map(({ origin }) => origin))).toEqual(new Set(["applied"]));
		const before = await contentsOf(database);
		expect((await migrateUp(database)).applied).toEqual([]);
		expect(await contentsAfter(database)).toEqual(before);
	});

	test("phase 1 comes to a table with rows, and everything around it stays", async () => {
		await using start = await aDatabaseOn(engine);
		const database = await beforePhase1(start, { many: 0 });
		await migrateUp(database, { to: 2 });
		const db = ledgerOf(database);
		const { rows } = await sql<Record<string, unknown>>`
			SELECT id, status, last_activity, current_page_id FROM student_responses ORDER BY id`.execute(db);
		expect(rows.slice(0, 3)).toEqual([
			{ id: 1, status: "completed", last_activity: "2024-01-02T11:30:15.250Z", current_page_id: null },
			{ id: 2, status: "active", last_activity: "2024-02-01T10:00:00.000Z", current_page_id: null },
			{ id: 3, status: "active", last_activity: "1970-01-01T00:00:00.000Z", current_page_id: null },
		]);
		const count = async (table: string) =>
			Number((await sql.raw<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).execute(db)).rows[0]?.n);
		expect(await count("notes")).toBe(3);
		expect(await count("question_answers")).toBe(1);
		expect(await count("finished")).toBe(1);

		const insert = (session_id: string) =>
			sql`
			INSERT INTO student_responses (session_id, email, full_name, age_group, country, origin_country)
			VALUES (${session_id}, 'e', 'n', 'a', 'c', 'o')`.execute(db);
		const began = new Date(Date.now() - 1000).toISOString();
		await insert("new");
		const { rows: inserted } = await sql<{ status: string; last_activity: string }>`
			SELECT status, last_activity FROM student_responses WHERE session_id = 'new'`.execute(db);
		expect(inserted[0]?.status).toBe("active");
		expect((inserted[0]?.last_activity ?? "") >= began).toBe(true);
		expect(inserted[0]?.last_activity).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
		expect(await count("audit")).toBe(1);
		for (const set of [
			"status = 'abandoned'",
			"status = NULL",
			"last_activity = NULL",
			"current_page_id = 99",
		]) {
			await expect(
				sql.raw(`UPDATE student_responses SET ${set} WHERE id = 1`).execute(db),
				set,
			).rejects.toThrow();
		}
		await database.close();
	});

	test(
		"killed at any moment, the next run ends where an undisturbed one would have",
		async () => {
			await using reference = await aDatabaseOn(engine);
			const undisturbed = await beforePhase1(reference);
			let moments = 0;
			const onProgress = () => {
				moments += 1;
			};
			await migrateUp(undisturbed, { onProgress });
			const expected = await contentsAfter(undisturbed);
			expect(moments).toBeGreaterThan(40);

			const step = Math.max(1, moments / KILLS);
			const points: number[] = [];
			for (let moment = 1; moment <= moments; moment += step) points.push(Math.floor(moment));
			for (const point of points) {
				await using database = await aDatabaseOn(engine);
				await (await beforePhase1(database)).close();
				const { signal } = await runFile(MIGRATE, [database.address, "up", String(point)]);
				expect(signal, `moment ${point}`).toBe("SIGKILL");
				const resumed = await database.open();
				const { applied } = await migrateUp(resumed);
				if (point < moments) expect(applied.length, `moment ${point}`).toBeGreaterThan(0);
				expect(await contentsAfter(resumed), `moment ${point}`).toEqual(expected);
			}
		},
		LONG_MS,
	);

	test("undoing keeps every value, killed at any moment too, and going up brings it back", async () => {
		await using start = await aDatabaseOn(engine);
		const database = await beforePhase1(start);
		await migrateUp(database, { to: 1 });
		await sql`UPDATE student_responses SET full_name = 'before' WHERE id = 1`.execute(database.db);
		const one = await contentsOf(database);
		await migrateUp(database, { to: 2 });
		await sql`UPDATE student_responses SET current_page_id = 1, last_activity = ${"2025-05-05T05:05:05.005Z"} WHERE id = 2`.execute(
			database.db,
		);
		const two = await contentsOf(database);
		await migrateDown(database, { to: 1 });
		const undone = (await contentsOf(database)).tables;
		expect(undone["student_responses"]).toBe(one.tables["student_responses"]);
		expect(undone["undo_2_student_responses"]).toMatch(new RegExp(`^${RESPONSES} `));
		await migrateUp(database, { to: 2 });
		expect(await contentsOf(database)).toEqual(two);
		await database.close();

		for (const point of [2, 4, 6, 9]) {
			const { signal } = await runFile(MIGRATE, [start.address, "down:1", String(point)]);
			expect(signal).toBe("SIGKILL");
			const resumed = await start.open();
			await migrateUp(resumed, { to: 2 });
			expect(await contentsAfter(resumed), `moment ${point}`).toEqual(two);
		}
	}, 120_000);

	test(
		"down to before phase 1 and up again brings every value of every session back",
		async () => {
			await using start = await aDatabaseOn(engine);
			const database = await beforePhase1(start, { many: UNDONE_ROWS });
			await migrateUp(database);
			const displayIds = async () =>
				sql<object>`SELECT response_id, display_id FROM session_details ORDER BY response_id`.execute(
					database.db,
				);
			const before = await contentsOf(database);
			const ids = (await displayIds()).rows;
			expect(ids).toHaveLength(UNDONE_ROWS + 3);
			await migrateDown(database, { to: 1 });
			await migrateUp(database);
			expect((await displayIds()).rows).toEqual(ids);
			expect(await contentsAfter(database)).toEqual(before);
		},
		LONG_MS,
	);

	test("what was kept goes for good with prune", async () => {
		await using start = await aDatabaseOn(engine);
		const database = await beforePhase1(start, { many: 0 });
		await migrateUp(database, { to: 2 });
		await migrateDown(database, { to: 1 });
		expect(await prune(database)).toEqual([{ table_name: "undo_2_student_responses", rows: 3 }]);
		expect(await prune(database)).toEqual([]);
		await migrateUp(database, { to: 2 });
		await database.close();
	});

	test("six processes at once bring a database up to date together", async () => {
		await using reference = await aDatabaseOn(engine);
		const undisturbed = await beforePhase1(reference);
		await migrateUp(undisturbed);
		const expected = await contentsAfter(undisturbed);
		await using database = await aDatabaseOn(engine);
		await (await beforePhase1(database)).close();
		const runs = Array.from({ length: 6 }, () => runFile(MIGRATE, [database.address]));
		for (const { code, stderr } of await Promise.all(runs))
			expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(await contentsAfter(await database.open())).toEqual(expected);
	}, 120_000);

	test("an index that went missing comes back, and the ledger tells that it was put there later", async () => {
		await using empty = await aDatabaseOn(engine);
		const database = await empty.open();
		await migrateUp(database);
		await sql`drop index idx_student_responses_status`.execute(database.db);
		expect((await migrationStatus(database)).filter(({ state }) => state !== "applied")).toMatchObject([
			{ migration: 2, state: "partly" },
		]);
		const { applied } = await migrateUp(database);
		expect(applied).toEqual([
			{
				migration: 2,
				name: "phase_1_session_management",
				step: "idx_student_responses_status",
				origin: "resumed",
			},
		]);
		await database.close();
	});

	test("something else under the name of a step stops the run before anything is changed", async () => {
		await using empty = await aDatabaseOn(engine);
		const database = await empty.open();
		await migrateUp(database, { to: 1 });
		await sql`CREATE INDEX idx_student_responses_status ON student_responses (email)`.execute(database.db);
		const before = await contentsOf(database);
		await expect(migrateUp(database)).rejects.toMatchObject({
			trouble: "conflict",
			message: expect.stringContaining("the index idx_student_responses_status is on (email)"),
		});
		expect(await contentsAfter(database)).toEqual(before);
	});

	test("a database of the existing product is refused, naming the command that takes it over, and left as it is", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		const before = await predecessor.contents();
		const database = await predecessor.open();
		await expect(migrateUp(database)).rejects.toMatchObject({
			trouble: "refused",
			message: expect.stringContaining("carhythm migrate adopt"),
		});
		await database.close();
		expect(await predecessor.contents()).toEqual(before);
	});

	test("a step that says something else than when it was applied is named, and nothing runs", async () => {
		await using empty = await aDatabaseOn(engine);
		const database = await empty.open();
		await migrateUp(database, { to: 2 });
		await sql`UPDATE migration_ledger SET checksum = '2:other' WHERE step = 'column_status'`.execute(
			database.db,
		);
		await expect(migrateUp(database)).rejects.toMatchObject({
			trouble: "refused",
			message: expect.stringMatching(
				/unreleased commit .*the step column_status of migration 2 says something else/,
			),
		});
		await database.close();
	});

	test("a database of a newer release is refused", async () => {
		await using empty = await aDatabaseOn(engine);
		const database = await empty.open();
		await migrateUp(database);
		await sql`insert into migration_ledger (migration, step, origin, checksum, applied_at, duration_ms)
			values (99, 'x', 'applied', '', '2026-01-01T00:00:00.000Z', 0)`.execute(database.db);
		await expect(migrateUp(database)).rejects.toMatchObject({
			trouble: "refused",
			message: expect.stringContaining("a newer CaRhythm (migration 99"),
		});
		await database.close();
	});
});

test("a database of another program is refused and left as it is", async () => {
	using folder = aFolder();
	const other = new SqliteFile(folder.file("a.db"));
	other.exec("CREATE TABLE student_responses (id INTEGER PRIMARY KEY)");
	other.close();
	const before = readFileSync(folder.file("a.db"));
	const database = await openDatabase({ dialect: "sqlite", file: folder.file("a.db") });
	await expect(migrateUp(database)).rejects.toMatchObject({
		trouble: "refused",
		message: expect.stringContaining("carhythm migrate adopt"),
	});
	await database.close();
	expect(readFileSync(folder.file("a.db")).equals(before)).toBe(true);
});

test("on PostgreSQL a step gives up soon when somebody holds a lock, says so, and is done when the lock is gone", async () => {
	await using place = await aDatabaseOn("postgres");
	const database = await beforePhase1(place, { many: 0 });
	const other = await place.open();
	let letGo = () => {};
	const held = new Promise<void>((resolve) => {
		letGo = resolve;
	});
	const reading = other.db.transaction().execute(async (tx) => {
		await tx.selectFrom("student_responses").select("id").execute();
		await held;
	});
	const waited: string[] = [];
	await migrateUp(database, {
		to: 2,
		onProgress: ({ step, at }) => {
			if (at !== "waiting") return;
			waited.push(step);
			if (waited.length === 3) letGo();
		},
	});
	expect(waited.slice(0, 3)).toEqual(["column_status", "column_status", "column_status"]);
	await reading;
	expect((await migrationStatus(database)).slice(0, 2).map(({ state }) => state)).toEqual([
		"applied",
		"applied",
	]);
	await other.close();
	await database.close();
});

test("on PostgreSQL an index that an interrupted build left invalid is built again", async () => {
	await using start = await aDatabaseOn("postgres" satisfies Engine);
	const database = await beforePhase1(start, { many: 0 });
	await migrateUp(database, { to: 2 });
	await sql`
		UPDATE pg_index SET indisvalid = false
		WHERE indexrelid = 'idx_student_responses_status'::regclass`.execute(database.db);
	const { applied } = await migrateUp(database, { to: 2 });
	expect(applied.map(({ step }) => step)).toEqual(["idx_student_responses_status"]);
	expect((await contentsAfter(database)).sound).toEqual([]);
});
