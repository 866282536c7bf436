import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { beforePhase1 } from "../../testing/migrations/before-phase-1.ts";
import { contentsOf } from "../../testing/migrations/contents.ts";
import { aPredecessorDatabase, PREDECESSORS } from "../../testing/predecessor/databases.ts";
import { aDatabaseOn, ENGINES } from "../../testing/stores/an-engine.ts";
import { migrateUp } from "../runner.ts";
import { ledgerOf } from "../steps/run-context.ts";
import { verify } from "../verify/verify.ts";
import { makePlan, rehearse } from "./plan.ts";

/** What a person does with the printed SQL: one paragraph after another, as `psql` or `sqlite3` would. */
async function applyByHand(url: DatabaseUrl, text: string): Promise<void> {
	const paragraphs = text.split(/\n\n/);
	if (url.dialect === "sqlite") {
		const file = new SqliteFile(url.file);
		for (const paragraph of paragraphs) file.exec(paragraph);
		file.close();
		return;
	}
	const client = new Client(url.url);
	await client.connect();
	for (const paragraph of paragraphs) await client.query(paragraph);
	await client.end();
}

/** The way of an operator: the file goes to the system's own client, which stops at the first error. */
async function applyWithClient(url: DatabaseUrl, text: string): Promise<void> {
	const [program, words] =
		url.dialect === "sqlite"
			? (["sqlite3", ["-bail", url.file]] as const)
			: (["psql", ["-v", "ON_ERROR_STOP=1", "-q", "-f", "-", url.url]] as const);
	const { error, status, stderr } = spawnSync(program, words, { input: text, encoding: "utf8" });
	// Not every machine has the client.
	if (error) await applyByHand(url, text);
	else expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

/** Those in which statements have something to meet; all of them in the campaign. */
const TELLING = "before_phase_1 early half_status half_type_only named_check enum_upper invalid_index".split(
	" ",
);
const PLANNED = PREDECESSORS.filter(
	({ state }) => process.env["CARHYTHM_STATES"] === "all" || TELLING.includes(state),
);

describe.each(ENGINES)("on %s", (engine) => {
	test.each(PLANNED.filter((one) => one.engine === engine))(
		"the printed SQL of an old database ($state) is taken by the system's own client, and adopt finishes the work",
		async ({ state }) => {
			await using predecessor = await aPredecessorDatabase(engine, state);
			const database = await predecessor.open();
			const plan = await makePlan(database, {});
			expect(plan.sql.split("\n")[0]).toContain(engine === "sqlite" ? "sqlite3 -bail" : "psql");
			await database.close();
			await applyWithClient(predecessor.url, plan.sql);
			const byHand = await predecessor.open();
			await migrateUp(byHand, { adopt: true });
			const report = await verify(byHand);
			expect(report.checks.flatMap(({ differences }) => differences)).toEqual([]);
		},
	);

	test("the printed SQL can be applied by hand, and adopt takes it over", async () => {
		await using place = await aDatabaseOn(engine);
		const database = await beforePhase1(place, { many: 7000 });
		for (const table of ["migration_ledger", "migration_kept"]) {
			await sql`DROP TABLE ${sql.table(table)}`.execute(database.db);
		}
		const plan = await makePlan(database, {});
		expect(plan.steps.map(({ migration }) => migration)).toContain(2);
		await database.close();
		await applyByHand(place.url, plan.sql);

		const byHand = await place.open();
		const { applied } = await migrateUp(byHand, { adopt: true });
		const adopted = applied.filter(({ origin }) => origin === "adopted").map(({ step }) => step);
		for (const step of [
			"column_status",
			"column_last_activity",
			"idx_student_responses_status",
			"table_session_events",
		]) {
			expect(adopted).toContain(step);
		}
		const report = await verify(byHand);
		expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
		const { rows } = await sql<{ last_activity: string; n: number }>`
			SELECT last_activity, count(*) AS n FROM student_responses GROUP BY last_activity ORDER BY last_activity`.execute(
			byHand.db,
		);
		expect(rows.map(({ n }) => Number(n))).toEqual([1, 1, 1, 4667, 2333]);
		await byHand.close();
	});

	test("a plan changes nothing, and an up-to-date database has none", async () => {
		await using place = await aDatabaseOn(engine);
		const database = await beforePhase1(place, { many: 100 });
		const before = await contentsOf(database);
		const plan = await makePlan(database, { to: 2 });
		expect(await contentsOf(database)).toEqual(before);
		expect(plan.steps.every(({ conflict }) => conflict === null)).toBe(true);
		expect(plan.steps.find(({ step }) => step === "column_status")?.locks).toEqual(
			engine === "postgres" ? [{ table: "student_responses", mode: "AccessExclusiveLock" }] : [],
		);
		await migrateUp(database);
		expect((await makePlan(database, {})).steps).toEqual([]);
		await database.close();
	});

	test("what stands in the way is part of the plan", async () => {
		await using place = await aDatabaseOn(engine);
		const database = await beforePhase1(place, { many: 0 });
		await sql`CREATE INDEX idx_student_responses_status ON student_responses (email)`.execute(
			ledgerOf(database),
		);
		const { steps } = await makePlan(database, {});
		expect(steps.find(({ step }) => step === "idx_student_responses_status")?.conflict).toContain(
			"is on (email)",
		);
		await database.close();
	});
});

test("on SQLite everything is tried on a copy, which is gone afterwards", async () => {
	await using place = await aDatabaseOn("sqlite");
	if (place.url.dialect !== "sqlite") return;
	const { file } = place.url;
	await (await beforePhase1(place, { many: 100 })).close();
	copyFileSync(file, `${file}.before`);
	const rehearsal = await rehearse(place.url, {});
	expect(rehearsal?.steps.map(({ step }) => step)).toContain("column_status");
	expect(readdirSync(dirname(file)).filter((name) => name.includes("rehearsal"))).toEqual([]);
	const [now, then] = [new SqliteFile(file), new SqliteFile(`${file}.before`)];
	const schema = "SELECT name, sql FROM sqlite_schema ORDER BY name";
	expect(now.prepare(schema).all()).toEqual(then.prepare(schema).all());
	now.close();
	then.close();
});
