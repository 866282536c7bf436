import { sql } from "kysely";
import { expect, test } from "vitest";
import { quoteName } from "../../db/quote-name.ts";
import { HOSTILE_NAMES, hostileTables } from "../../testing/migrations/hostile-names.ts";
import { aSchool } from "../../testing/stores/a-school.ts";
import { aSessionFullOfCanaries } from "../../testing/stores/canaries.ts";

type School = Awaited<ReturnType<typeof aSchool>>;

async function run({ database }: School, ...statements: readonly string[]): Promise<void> {
	for (const text of statements) await sql.raw(text).execute(database.db);
}

async function count({ database }: School, table: string): Promise<number> {
	const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.id(table)}`.execute(database.db);
	return Number(rows[0]?.n);
}

/** A session full of canaries and another one, with the keys of both. */
async function twoSessions(school: School) {
	const { display_id } = await aSessionFullOfCanaries(school);
	const other = await school.start();
	const { rows } = await sql<{ id: number; session_id: string; display_id: string }>`
		SELECT r.id, r.session_id, d.display_id FROM student_responses r
		JOIN session_details d ON d.response_id = r.id`.execute(school.database.db);
	const keyOf = (shown: string) => rows.find((row) => row.display_id === shown) ?? { id: 0, session_id: "" };
	return { display_id, mine: keyOf(display_id), others: keyOf(other.display_id) };
}

test("erase deletes rows of other programs that a foreign key binds to the session, and those bound to them", async () => {
	await using school = await aSchool();
	const { display_id, mine, others } = await twoSessions(school);
	const parent = quoteName(HOSTILE_NAMES[2] ?? "");
	await run(
		school,
		`CREATE TABLE ${parent} (id INTEGER PRIMARY KEY, "a.b" INTEGER NOT NULL REFERENCES student_responses (id), body TEXT)`,
		`CREATE TABLE attachments (mail INTEGER REFERENCES ${parent} (id), body TEXT)`,
		"CREATE TABLE notes (answer INTEGER REFERENCES question_answers (id) ON DELETE SET NULL, body TEXT)",
		`INSERT INTO ${parent} VALUES (1, ${mine.id}, 'canary-mail'), (2, ${mine.id}, 'canary-mail'), (3, ${others.id}, 'stays')`,
		"INSERT INTO attachments VALUES (1, 'canary-file'), (3, 'stays')",
		`INSERT INTO notes SELECT id, 'canary-note' FROM question_answers WHERE response_id = ${mine.id}`,
	);
	const erased = await school.run("session", "erase", display_id, "--yes");
	expect(erased).toMatchObject({ code: 0, stderr: "" });
	expect(erased.stdout).toContain("Erased. No table holds its ids or its address any more. ");
	expect(erased.stdout).toContain("The table attachments of another program: 1 row of the session deleted.");
	expect(erased.stdout).toContain("The table notes of another program: 1 row of the session deleted.");
	expect(erased.stdout).toContain(`The table ${HOSTILE_NAMES[2]} of another program: 2 rows of`);
	expect(await Promise.all([count(school, HOSTILE_NAMES[2] ?? ""), count(school, "attachments")])).toEqual([
		1, 1,
	]);
	expect(await count(school, "notes")).toBe(0);
});

test("erase names what other programs still hold, by column, and does not end with 0", async () => {
	await using school = await aSchool();
	const { display_id, mine, others } = await twoSessions(school);
	const address = "canary-name@example.org";
	await run(
		school,
		...hostileTables(),
		"CREATE TABLE email_log (session_id TEXT, email TEXT, body TEXT)",
		`INSERT INTO email_log VALUES ('${mine.session_id}', 'Canary-Name@example.org', 'Dear Canary Kid'),
			('x', '', 'See /session/${mine.session_id}?again'), ('${others.session_id}', 'someone@example.org', '')`,
		"CREATE TABLE marks (student_id INTEGER, teacher_id INTEGER)",
		`INSERT INTO marks VALUES (${mine.id}, 0), (${others.id}, ${mine.id})`,
		'CREATE TABLE "by hand" ("session; id" TEXT)',
		`INSERT INTO "by hand" VALUES ('${display_id}')`,
		`INSERT INTO "${HOSTILE_NAMES[0]}" ("select") VALUES ('${address}')`,
	);
	const erased = await school.run("session", "erase", display_id, "--yes");
	expect(erased).toMatchObject({ code: 1, stdout: "" });
	expect(erased.stderr).toBe(
		`The session is deleted, but tables of other programs still name it or its person: ${[
			"by hand.session; id (1 row)",
			"email_log.session_id (1 row)",
			"email_log.email (1 row)",
			"email_log.body (1 row)",
			"marks.student_id (1 row)",
			`${HOSTILE_NAMES[0]}.select (1 row)`,
		].join(", ")}. What these rows are for, CaRhythm does not know: change or delete them yourself.\n`,
	);
	expect(await school.run("session", "show", display_id)).toMatchObject({ code: 1 });
	expect([await count(school, "email_log"), await count(school, "marks")]).toEqual([3, 2]);
});

test("erase refuses where rows of other programs name each other, and erases nothing", async () => {
	await using school = await aSchool();
	const { display_id, mine } = await twoSessions(school);
	await run(
		school,
		`CREATE TABLE posts (id INTEGER PRIMARY KEY, answered INTEGER REFERENCES posts (id),
			author INTEGER REFERENCES student_responses (id))`,
		`INSERT INTO posts VALUES (1, NULL, ${mine.id}), (2, 1, NULL)`,
	);
	const refused = await school.run("session", "erase", display_id, "--yes");
	expect(refused).toMatchObject({
		code: 4,
		stdout: "",
		stderr: expect.stringContaining("Nothing was erased: a table of another program still names a row"),
	});
	expect(await count(school, "posts")).toBe(2);
	expect(await school.run("session", "show", display_id)).toMatchObject({ code: 0 });
});

test("erase refuses where deleting a row of another program could reach other sessions, and erases nothing", async () => {
	await using school = await aSchool();
	const { display_id, mine, others } = await twoSessions(school);
	await run(
		school,
		"CREATE TABLE schools (id INTEGER PRIMARY KEY, contact INTEGER REFERENCES student_responses (id))",
		"ALTER TABLE student_responses ADD COLUMN school_id INTEGER REFERENCES schools (id) ON DELETE CASCADE",
		`INSERT INTO schools VALUES (1, ${mine.id})`,
		`UPDATE student_responses SET school_id = 1 WHERE id = ${others.id}`,
	);
	const refused = await school.run("session", "erase", display_id, "--yes");
	expect(refused).toMatchObject({ code: 4, stdout: "" });
	expect(refused.stderr).toContain(
		"Nothing was erased: the table schools names this session, and student_responses",
	);
	expect(await school.run("session", "show", display_id)).toMatchObject({ code: 0 });
	await run(school, "UPDATE schools SET contact = NULL");
	expect(await school.run("session", "erase", display_id, "--yes")).toMatchObject({ code: 0 });
	expect(await count(school, "student_responses")).toBe(1);
});
