import { randomUUID } from "node:crypto";
import { copyFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../../src/testing/a-folder.ts";
import { aPostgresDatabase } from "../../src/testing/a-postgres.ts";
import { chanceOf } from "../simulation/chance.ts";
import { startServer } from "./a-server.ts";
import { damagesOn, isFound, NO_SESSIONS } from "./damages.ts";
import { acknowledged, acknowledgedCodes, aJournal, type Journal } from "./journal.ts";
import { aCampaignDatabase, fillDatabase, inspect } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { aStudent } from "./students.ts";

const SOUND = { lost: [], torn: [], corrupt: [] };
const LONG = { timeout: 240_000 };
/** Enough for every kind of them. */
const OPERATIONS = 120;

/** A student's story that the server took in to its end. */
async function tellStory(address: string): Promise<Journal> {
	const server = await startServer({ address });
	const journal = aJournal();
	const school = { where: server.where, journal, questions: await readQuestions(server.where) };
	await aStudent(school, chanceOf(11)).work(() => {
		const { made, used } = acknowledgedCodes(journal);
		return acknowledged(journal) < OPERATIONS || used < 2 || made === used;
	});
	await server.stop();
	expect(journal.wrong).toEqual([]);
	return journal;
}

test(
	"the comparison with the journal finds every kind of damage, and nothing where there is none",
	LONG,
	async () => {
		await using place = await aCampaignDatabase("sqlite");
		using folder = aFolder();
		const journal = await tellStory(place.address);
		expect(await inspect(place.url, journal)).toMatchObject(SOUND);
		const damagedBy = (text: string) => {
			const file = folder.file(`${randomUUID()}.db`);
			copyFileSync(place.address.replace(/^sqlite:/, ""), file);
			const database = new SqliteFile(file);
			// The schema itself would refuse some of it.
			database.pragma("ignore_check_constraints=ON");
			database.pragma("foreign_keys=OFF");
			database.exec(text);
			database.close();
			return { dialect: "sqlite", file } as const;
		};
		for (const damage of damagesOn("sqlite")) {
			const verdict = await inspect(damagedBy(damage.by), journal);
			expect(isFound(damage, verdict), JSON.stringify({ damage, verdict })).toBe(true);
		}

		// A code that two operations used. No student does that, so it is the journal that says so.
		const [first, second] = journal.writes.filter(({ redeems }) => redeems);
		if (!first || !second) throw new Error("The student used fewer than two codes.");
		const { redeems } = second;
		second.redeems = first.redeems;
		expect((await inspect(place.url, journal)).torn).toContain("a code was used twice");
		second.redeems = redeems;

		// What was never acknowledged may be missing, but not in part.
		const batch = journal.writes.find(({ operations }) => operations.length > 1);
		if (!batch) throw new Error("The student sent no batch.");
		batch.state = "unknown";
		const half = damagedBy(
			`delete from session_events where operation_id = '${batch.operations[0]?.operation_id}'`,
		);
		expect((await inspect(half, journal)).torn.join()).toContain("operations are there");

		// What was refused may not be there at all.
		batch.state = "refused";
		expect((await inspect(place.url, journal)).torn.join()).toContain("(refused) is there");
	},
);

test("on PostgreSQL as well, down to an index that misses a row", LONG, async () => {
	await using place = await aPostgresDatabase({ template: { name: "campaign", fill: fillDatabase } });
	const journal = await tellStory(place.address);
	expect(await inspect(place.url, journal)).toMatchObject(SOUND);
	// Those that change a row leave each other what they need, and may all be there at once.
	const damages = damagesOn("postgres").filter(({ by }) => by.startsWith("update"));
	for (const { by } of damages) await place.query(`set session_replication_role = replica; ${by}`);
	const verdict = await inspect(place.url, journal);
	expect(damages.filter((damage) => !isFound(damage, verdict))).toEqual([]);
});

test("a session that its student was given and that the server denies is noted", LONG, async () => {
	await using place = await aCampaignDatabase("sqlite");
	const server = await startServer({ address: place.address });
	const database = new SqliteFile(place.address.replace(/^sqlite:/, ""));
	try {
		const journal = aJournal();
		const school = { where: server.where, journal, questions: await readQuestions(server.where) };
		const student = aStudent(school, chanceOf(12));
		const isNoted = () => journal.wrong.some((complaint) => complaint.includes("was not shown"));
		// The student looks at times only, and begins anew whenever a write is refused.
		for (let write = 1; write <= 200 && !isNoted(); write += 1) {
			await student.work(() => journal.writes.length < write);
			database.exec(NO_SESSIONS);
		}
		expect(journal.wrong).toContainEqual(expect.stringMatching(/was not shown: session_not_found/));
	} finally {
		database.close();
		await server.stop();
	}
});
