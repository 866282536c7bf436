import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { aPostgresDatabase, aPostgresWithTools } from "../testing/postgres/a-postgres.ts";
import { aServer } from "../testing/processes/a-server.ts";
import { aSilentLine } from "../testing/processes/a-silent-line.ts";
import { carhythm } from "../testing/processes/run.ts";
import { aSchool } from "../testing/stores/a-school.ts";
import { aSessionFullOfCanaries } from "../testing/stores/canaries.ts";

// Runs on PostgreSQL only: what both databases share is told in the other files, on both.

const CONTENT = fileURLToPath(new URL("../../../../content/", import.meta.url));

test("the server refuses a database that is not up to date and names the command; --migrate makes it ready", async () => {
	// With pg_dump, for the backup.
	await using there = await aPostgresWithTools();
	expect(await carhythm(there.address, "migrate", "up", "--to", "2")).toMatchObject({ code: 0 });
	const refused = await carhythm(there.address, "serve", "--port", "0");
	expect(refused).toMatchObject({
		code: 4,
		stdout: "",
		stderr: expect.stringContaining('"carhythm migrate up"'),
	});
	const add = await carhythm(there.address, "assessment", "list");
	expect(add).toMatchObject({ code: 1, stderr: expect.stringContaining("carhythm migrate up") });
	expect(await there.query("select 1 from pg_tables where tablename = 'session_details'")).toEqual([]);

	await using server = await aServer(there.address, "--migrate");
	expect((await server.send("GET", "/health")).body).toEqual({ status: "healthy", version: "2.0" });
	expect(await server.stop()).toMatchObject({ code: 0 });
	await using again = await aServer(there.address);
	expect((await again.send("GET", "/session/none")).status).toBe(404);
});

test("two servers on one database: what one takes in the other knows, and one start sent to both is one session", async () => {
	await using there = await aPostgresDatabase();
	expect(await carhythm(there.address, "migrate", "up")).toMatchObject({ code: 0 });
	await using one = await aServer(there.address);
	await using other = await aServer(there.address);

	const starts = await Promise.all(
		Array.from({ length: 20 }, () => randomUUID()).flatMap((operation_id) => [
			one.send("POST", "/session/start", { operation_id, assessment: "sampler" }),
			other.send("POST", "/session/start", { operation_id, assessment: "sampler" }),
		]),
	);
	expect(new Set(starts.map(({ status }) => status))).toEqual(new Set([200]));
	const ids = new Set(starts.map(({ body }) => String(body["session_id"])));
	expect(ids.size).toBe(20);

	const [session_id] = ids;
	const [slider] = await there.query("select id from questions where item_id = 'energy'");
	const submit = (server: typeof one, value: number) =>
		server.send("POST", "/answers/submit", {
			session_id,
			question_id: slider?.["id"],
			answer: { type: "slider", value },
		});
	const values = Array.from({ length: 10 }, (_, i) => i * 10);
	const replies = await Promise.all(values.flatMap((value) => [submit(one, value), submit(other, value)]));
	expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
	const progress = await other.send("GET", `/session/${session_id}/progress`);
	expect(progress.body).toMatchObject({ percentage_complete: 20, total_xp: 10 });
	expect(
		await there.query(
			`select count(*)::int as events, max(e.revision)::int as newest, min(d.revision)::int as revision
			from session_events e join session_details d using (response_id)
			join student_responses r on r.id = response_id where session_id = $1`,
			[session_id],
		),
	).toEqual([{ events: 21, newest: 21, revision: 21 }]);
});

test("a user who may only read and write rows is enough to serve and to add an assessment, not to erase", async () => {
	await using there = await aPostgresDatabase();
	expect((await carhythm(there.address, "migrate", "up")).code).toBe(0);
	const role = `${there.name}_app`;
	await there.query(`create role ${role} login;
		grant select, insert, update, delete on all tables in schema public to ${role};
		grant usage, select, update on all sequences in schema public to ${role}`);
	await there.query("create table hidden (session_id text)");
	const address = there.address.replace("//carhythm@", `//${role}@`);
	const added = await carhythm(address, "assessment", "add", `${CONTENT}sampler/assessment.json`);
	expect(added).toMatchObject({ code: 0 });
	await using server = await aServer(address);
	const { status, body } = await server.send("POST", "/session/start", { assessment: "sampler" });
	expect(status).toBe(200);
	const slider = await there.query("select id from questions where item_id = 'energy'");
	const submitted = await server.send("POST", "/answers/submit", {
		session_id: body["session_id"],
		question_id: slider[0]?.["id"],
		answer: { type: "slider", value: 40 },
	});
	expect(submitted.status).toBe(200);
	const [session] = await there.query("select display_id from session_details");
	expect(await carhythm(address, "session", "erase", String(session?.["display_id"]), "--yes")).toMatchObject(
		{
			code: 1,
			stderr: expect.stringMatching(
				/this user does not own the table \w+\. Run "carhythm session erase --finish" as the role that owns the tables\. And this user may not read hidden, so these tables were not searched: search them with a role that may\.\n$/,
			),
		},
	);
	expect(await carhythm(there.address, "session", "erase", "--finish")).toMatchObject({ code: 0 });
	await there.query(`drop owned by ${role}`);
	await server.stop();
	await there.query(`drop role ${role}`);
});

test("a role without rights is named its GRANT at the start, by /readyz after a migration, and by every command", async () => {
	await using there = await aPostgresDatabase();
	expect((await carhythm(there.address, "migrate", "up")).code).toBe(0);
	const role = `${there.name}_app`;
	const address = there.address.replace("//carhythm@", `//${role}@`);
	await there.query(`create role ${role} login; grant select on all tables in schema public to ${role}`);
	const refused = await carhythm(address, "serve", "--port", "0", "--log-level", "silent");
	expect(refused).toMatchObject({ code: 1, stdout: "" });
	expect(refused.stderr).toContain(
		`GRANT INSERT, UPDATE (outcome, at, value, result) ON TABLE session_events TO ${role};`,
	);
	expect(refused.stderr).toContain(`GRANT USAGE ON SEQUENCE session_events_id_seq TO ${role};`);
	expect(refused.stderr).toContain("docs/operation.md");

	await there.query(`grant insert, update, delete on all tables in schema public to ${role};
		grant usage, select, update on all sequences in schema public to ${role}`);
	await using server = await aServer(address);
	const ready = async () => {
		const reply = await fetch(`${server.url}/readyz`);
		return { status: reply.status, text: await reply.text() };
	};
	expect(await ready()).toMatchObject({ status: 200 });
	const { body } = await server.send("POST", "/session/start", { assessment: "sampler" });
	// A table that a migration has made anew has no rights for anyone.
	await there.query(`revoke all on session_holders from ${role}`);
	expect(await ready()).toMatchObject({
		status: 503,
		text: expect.stringContaining(`GRANT SELECT, INSERT, UPDATE ON TABLE session_holders TO ${role};`),
	});
	// The client keeps its answer and tries again: 503, not 500.
	const [slider] = await there.query("select id from questions where item_id = 'energy'");
	const submit = () =>
		server.send("POST", "/answers/submit", {
			session_id: body["session_id"],
			question_id: slider?.["id"],
			answer: { type: "slider", value: 40 },
		});
	expect(await submit()).toMatchObject({ status: 503, body: { code: "storage_unavailable" } });
	await there.query(`grant select, insert, update, delete on session_holders to ${role}`);
	expect(await ready()).toMatchObject({ status: 200 });
	expect(await submit()).toMatchObject({ status: 200 });
	await there.query("alter table hand_offs rename to hand_offs_gone");
	expect(await ready()).toMatchObject({
		status: 503,
		text: expect.stringContaining("the tables hand_offs are not"),
	});
	await there.query("alter table hand_offs_gone rename to hand_offs");

	const down = await carhythm(address, "migrate", "down", "--yes", "--no-backup");
	expect(down.code).not.toBe(0);
	expect(down.stderr).toContain("the address of the role that owns the tables");
	expect(down.stderr).not.toContain("should not have happened");
	await server.stop();
	await there.query(`drop owned by ${role}; drop role ${role}`);
});

test("migrations by a role that may make no table say who has to run them", async () => {
	await using there = await aPostgresDatabase();
	const role = `${there.name}_app`;
	await there.query(`revoke create on schema public from public; create role ${role} login`);
	const address = there.address.replace("//carhythm@", `//${role}@`);
	for (const words of [
		["migrate", "up"],
		["serve", "--port", "0", "--migrate", "--log-level", "silent"],
	]) {
		const refused = await carhythm(address, ...words);
		expect(refused).toMatchObject({ code: 1, stdout: "" });
		expect(refused.stderr).toContain("permission denied for schema public");
		expect(refused.stderr).toContain("run with the address of the role that owns the tables");
	}
	await there.query(`drop owned by ${role}; drop role ${role}`);
});

test("assessments are added and chosen, sessions listed", async () => {
	await using there = await aPostgresDatabase();
	const run = (...words: string[]) => carhythm(there.address, ...words);
	expect((await run("migrate", "up")).code).toBe(0);
	const added = await run("assessment", "add", `${CONTENT}sampler/assessment.json`);
	expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining("sampler") });
	expect((await run("assessment", "default", "sampler")).code).toBe(0);
	expect((await run("assessment", "list")).stdout).toMatch(/sampler.*1/);
	expect((await run("session", "list")).code).toBe(0);
	// Whoever adds a page without naming its id gets one that is free.
	const [page] = await there.query(
		`insert into pages (title, order_index, is_active) values ('By hand', 99, true) returning id`,
	);
	const [highest] = await there.query("select max(id) as id from pages");
	expect(page).toEqual(highest);
});

test("erase waits for whoever still sees the old state, says so, and --finish removes the rest", async () => {
	await using school = await aSchool();
	const { display_id, canaries } = await aSessionFullOfCanaries(school);
	const other = await school.place.open();
	const held = await other.reader.transaction().execute(async (snapshot) => {
		await snapshot.selectFrom("student_responses").select("id").execute();
		return school.run("session", "erase", display_id, "--yes");
	});
	expect(held).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("another program is still reading the database"),
	});
	const finished = await school.run("session", "erase", "--finish");
	expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining("backups keep what they hold") });

	const tables = Object.entries(await allRows(other.db));
	for (const [table, rows] of tables) {
		// The operators' log says which session was erased; by then the display id names nothing.
		const named = table === "operator_events" ? [display_id] : [];
		expect([table, canaries.filter((text) => rows.includes(text))]).toEqual([table, named]);
	}
	// Tables that held nothing but this session have given back their pages.
	const { rows } = await sizes(other.db);
	expect(rows).toEqual([{ drafts: 0, feedbacks: 0, scores: 0 }]);
	await other.close();
});

test("erase also looks into other schemas and materialized views, and says where it may not look", async () => {
	await using school = await aSchool();
	const { display_id } = await aSessionFullOfCanaries(school);
	for (const statement of [
		'create schema "mail; x"',
		`create table "mail; x".sent as select '{"to": "canary-name@example.org"}'::jsonb as what`,
		"create materialized view report as select session_id from student_responses",
		'create table "undo_1_X" (note text)',
	]) {
		await sql.raw(statement).execute(school.database.db);
	}
	const erased = await school.run("session", "erase", display_id, "--yes");
	expect(erased).toMatchObject({ code: 1, stdout: "" });
	expect(erased.stderr).toContain("mail; x.sent.what (1 row), report.session_id (1 row).");
});

type Db = Awaited<ReturnType<Awaited<ReturnType<typeof aSchool>>["place"]["open"]>>["db"];

/** Every table as one text. */
async function allRows(db: Db): Promise<Record<string, string>> {
	const tables = await sql<{ name: string }>`
		select tablename as name from pg_tables where schemaname = 'public'`.execute(db);
	const texts: Record<string, string> = {};
	for (const { name } of tables.rows) {
		const { rows } = await sql<{ text: string | null }>`
			select string_agg(t::text, ' ') as text from ${sql.table(name)} as t`.execute(db);
		texts[name] = rows[0]?.text ?? "";
	}
	return texts;
}

function sizes(db: Db) {
	return sql`
		select pg_relation_size('session_drafts') as drafts, pg_relation_size('feedbacks') as feedbacks,
			pg_relation_size('assessment_scores') as scores`.execute(db);
}

test("a server whose database has gone silent ends in order when it is told to", async () => {
	await using there = await aPostgresDatabase();
	await using line = await aSilentLine(there);
	await using server = await aServer(line.through(there.address));
	const { body } = await server.send("POST", "/session/start", {});
	const events = await fetch(`${server.url}/api/v2/session/${body["session_id"]}/events`);
	// Whoever listens to a session has the database listened to.
	const listening = () =>
		there.query("select 1 from pg_stat_activity where query ~ '^listen' and state = 'idle'");
	await expect.poll(listening).toHaveLength(1);
	line.fallSilent();
	expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
	await events.body?.cancel().catch(() => {});
});
