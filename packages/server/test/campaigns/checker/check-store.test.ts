import { randomUUID } from "node:crypto";
import { copyFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { aFolder } from "../../../src/testing/folders/a-folder.ts";
import { aPostgresDatabase } from "../../../src/testing/postgres/a-postgres.ts";
import { chanceOf } from "../../simulation/chance.ts";
import { checkDatabase, createCampaignDatabase, fillDatabase } from "../environment/campaign-database.ts";
import { startServer } from "../environment/server-process.ts";
import { acknowledged, acknowledgedCodes, createJournal, type Journal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import { createStudent } from "../students/student.ts";
import { damagesOn, isFound, NO_SESSIONS } from "./damages.ts";

const SOUND = { lost: [], torn: [], corrupt: [] };
const LONG = { timeout: 240_000 };
/** Enough operations for every kind to occur. */
const OPERATIONS = 120;

/** Lets a student work until every kind of operation was acknowledged. */
async function runStudent(address: string): Promise<Journal> {
	const server = await startServer({ address });
	const journal = createJournal();
	const school = { where: server.where, journal, questions: await readQuestions(server.where) };
	await createStudent(school, chanceOf(11)).work(() => {
		const { made, used } = acknowledgedCodes(journal);
		return acknowledged(journal) < OPERATIONS || used < 2 || made === used;
	});
	await server.stop();
	expect(journal.violations).toEqual([]);
	return journal;
}

test(
	"the comparison with the journal finds every kind of damage, and nothing where there is none",
	LONG,
	async () => {
		await using place = await createCampaignDatabase("sqlite");
		using folder = aFolder();
		const journal = await runStudent(place.address);
		expect(await checkDatabase(place.url, journal)).toMatchObject(SOUND);
		const damagedBy = (text: string) => {
			const file = folder.file(`${randomUUID()}.db`);
			copyFileSync(place.address.replace(/^sqlite:/, ""), file);
			const database = new SqliteFile(file);
			// The schema would refuse some of the damage.
			database.pragma("ignore_check_constraints=ON");
			database.pragma("foreign_keys=OFF");
			database.exec(text);
			database.close();
			return { dialect: "sqlite", file } as const;
		};
		for (const damage of damagesOn("sqlite")) {
			const verdict = await checkDatabase(damagedBy(damage.sql), journal);
			expect(isFound(damage, verdict), JSON.stringify({ damage, verdict })).toBe(true);
		}

		// No student uses a code twice, so the journal is changed to say so.
		const [first, second] = journal.writes.filter(({ redeems_code }) => redeems_code);
		if (!first || !second) throw new Error("The student used fewer than two codes.");
		const { redeems_code } = second;
		second.redeems_code = first.redeems_code;
		expect((await checkDatabase(place.url, journal)).torn).toContain("a code was used twice");
		second.redeems_code = redeems_code;

		// A write that was never acknowledged may be missing, but not in part.
		const batch = journal.writes.find(({ operations }) => operations.length > 1);
		if (!batch) throw new Error("The student sent no batch.");
		batch.state = "unknown";
		const half = damagedBy(
			`delete from session_events where operation_id = '${batch.operations[0]?.operation_id}'`,
		);
		expect((await checkDatabase(half, journal)).torn.join()).toContain("operations are there");

		// A refused write must not be stored at all.
		batch.state = "refused";
		expect((await checkDatabase(place.url, journal)).torn.join()).toContain("(refused) is there");
	},
);

test("on PostgreSQL as well, down to an index that misses a row", LONG, async () => {
	await using place = await aPostgresDatabase({ template: { name: "campaign", fill: fillDatabase } });
	const journal = await runStudent(place.address);
	expect(await checkDatabase(place.url, journal)).toMatchObject(SOUND);
	// Damages that update rows do not disturb each other, so all are made at once.
	const damages = damagesOn("postgres").filter(({ sql }) => sql.startsWith("update"));
	for (const { sql } of damages) await place.query(`set session_replication_role = replica; ${sql}`);
	const verdict = await checkDatabase(place.url, journal);
	expect(damages.filter((damage) => !isFound(damage, verdict))).toEqual([]);
});

test("a session that its student was given and that the server denies is noted", LONG, async () => {
	await using place = await createCampaignDatabase("sqlite");
	const server = await startServer({ address: place.address });
	const database = new SqliteFile(place.address.replace(/^sqlite:/, ""));
	try {
		const journal = createJournal();
		const school = { where: server.where, journal, questions: await readQuestions(server.where) };
		const student = createStudent(school, chanceOf(12));
		const isNoted = () => journal.violations.some((complaint) => complaint.includes("was not shown"));
		// The student reads only at times, and starts a new session whenever a write is refused.
		for (let write = 1; write <= 200 && !isNoted(); write += 1) {
			await student.work(() => journal.writes.length < write);
			database.exec(NO_SESSIONS);
		}
		expect(journal.violations).toContainEqual(expect.stringMatching(/was not shown: session_not_found/));
	} finally {
		database.close();
		await server.stop();
	}
});
