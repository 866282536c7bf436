import { copyFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../../src/testing/a-folder.ts";
import { chanceOf } from "../simulation/chance.ts";
import { startServer } from "./a-server.ts";
import { acknowledged, aJournal } from "./journal.ts";
import { aCampaignDatabase, inspect } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { aStudent } from "./students.ts";

const SOUND = { lost: [], torn: [], corrupt: [] };

const DAMAGES = [
	{ finds: "lost", by: "delete from session_events where id = (select max(id) from session_events)" },
	{
		finds: "lost",
		by: `update session_events set value = '{"type":"slider","value":-7}' where kind = 'answer'`,
	},
	{ finds: "torn", by: "update session_details set answered = answered + 1" },
	{ finds: "torn", by: "delete from question_answers where id = (select min(id) from question_answers)" },
	{ finds: "torn", by: "update session_details set revision = revision + 1" },
	{ finds: "torn", by: "update student_responses set status = 'completed' where status = 'active'" },
	{
		finds: "corrupt",
		by: "delete from student_responses where id = (select min(id) from student_responses)",
	},
] as const;

test("the comparison with the journal finds every kind of damage", { timeout: 120_000 }, async () => {
	await using place = await aCampaignDatabase("sqlite");
	using folder = aFolder();
	const server = await startServer({ address: place.address });
	const journal = aJournal();
	const school = { where: server.where, journal, questions: await readQuestions(server.where) };
	await aStudent(school, chanceOf(11)).work(() => acknowledged(journal) < 40);
	await server.stop();
	expect(await inspect(place.url, journal)).toMatchObject(SOUND);
	for (const [n, { finds, by }] of DAMAGES.entries()) {
		const file = folder.file(`${n}.db`);
		copyFileSync(place.address.replace(/^sqlite:/, ""), file);
		const database = new SqliteFile(file);
		// The schema itself would refuse some of it.
		database.pragma("ignore_check_constraints=ON");
		database.pragma("foreign_keys=OFF");
		database.exec(by);
		database.close();
		const verdict = await inspect({ dialect: "sqlite", file }, journal);
		expect(verdict[finds], by).not.toEqual([]);
	}
	// What was never acknowledged may be missing, but not in part.
	const batch = journal.writes.find(({ operations }) => operations.length > 1);
	if (!batch) throw new Error("The student sent no batch.");
	batch.state = "unknown";
	const half = folder.file("half.db");
	copyFileSync(place.address.replace(/^sqlite:/, ""), half);
	const database = new SqliteFile(half);
	database
		.prepare("delete from session_events where operation_id = ?")
		.run(batch.operations[0]?.operation_id);
	database.close();
	expect((await inspect({ dialect: "sqlite", file: half }, journal)).torn.join()).toContain(
		"operations are there",
	);
});
