// Runs once: it names the engine of each story.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type SessionId, toInstant } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import { readAssessmentFile } from "../../assessments/read-file.ts";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import { createStore } from "../../db/create-store.ts";
import type { Database } from "../../db/dialect.ts";
import { createSessionAdmin } from "../../db/operator/session-admin.ts";
import { OperatorError } from "../../operator-error.ts";
import { contentFolder } from "../../paths.ts";
import { aPredecessorDatabase, type PredecessorDatabase } from "../../testing/predecessor/databases.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";
import { migrateDown } from "../down.ts";
import { migrateUp } from "../runner.ts";
import { eraseKept } from "../steps/undo-tables.ts";
import { upgrade } from "../upgrade.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` as SessionId;

function storeOf(database: Database) {
	return createStore(database, { now: () => toInstant(Date.now()), randomBytes, expiry_days: 30 });
}

async function adopt(predecessor: PredecessorDatabase) {
	const database = await predecessor.open();
	const { repairs } = await migrateUp(database, { adopt: true });
	return { database, repairs, store: storeOf(database) };
}

/** A column of the responses by their id, as the database has it. */
async function column(predecessor: PredecessorDatabase, name: string): Promise<Record<string, unknown>> {
	const rows = await predecessor.rows("student_responses");
	return Object.fromEntries(rows.map((row) => [row["id"], row[name]]));
}

async function refusal(work: Promise<unknown>): Promise<OperatorError> {
	const error = await work.then(
		() => null,
		(reason: unknown) => reason,
	);
	if (!(error instanceof OperatorError)) throw new Error("Nothing stood in the way.", { cause: error });
	return error;
}

async function answer(database: Database, session: number, question_id: number, value: number) {
	const outcome = await storeOf(database).sessions.operate({
		session_id: id(session),
		device_id: null,
		sent_at: null,
		mode: "submit",
		operations: [
			{
				operation_id: anOperationId(),
				client_time: null,
				command: { kind: "answer", question_id, answer: { type: "slider", value } },
			},
		],
	});
	if (!outcome.ok) throw new Error(outcome.refusal.detail);
}

describe.each(["sqlite", "postgres"] as const)("on %s", (engine) => {
	test("erasing a session also erases what the adoption kept of it", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		const { database, store } = await adopt(predecessor);
		const keptOf = async () => {
			const answers = await predecessor.rows("undo_3_question_answers");
			const responses = await predecessor.rows("undo_3_student_responses");
			return { answers, responses: responses.map((row) => row["session_id"]) };
		};
		const before = await keptOf();
		const victim = Number(before.answers[0]?.["response_id"]);
		const session = (await predecessor.rows("student_responses")).find((row) => row["id"] === victim);
		const details = (await predecessor.rows("session_details")).find((row) => row["response_id"] === victim);
		const admin = createSessionAdmin(database, {
			assessments: store.assessments,
			now: () => toInstant(Date.now()),
			expiry_days: 30,
			eraseKept,
		});
		expect(
			await admin.erase(String(details?.["display_id"]), { kind: "system_user", name: "a test" }),
		).toMatchObject({ clean: true });
		const after = await keptOf();
		expect(after.answers.length).toBeLessThan(before.answers.length);
		expect(after.answers.map((row) => Number(row["response_id"]))).not.toContain(victim);
		expect(after.responses).not.toContain(session?.["session_id"]);
		await database.close();
	});

	test("a moment that many responses share without a column's default to tell it is no activity either", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "names_lower");
		await predecessor.exec("UPDATE student_responses SET last_activity = '2025-01-01 00:00:00' WHERE id < 5");
		const { store } = await adopt(predecessor);
		const session = await store.sessions.find(id(4));
		expect(session?.state.last_activity).toBe("2024-03-04T08:00:00.000Z");
		const alone = await store.sessions.find(id(5));
		expect(alone?.state.last_activity).toBe("2024-03-05T08:00:00.123Z");
	});

	test("every session goes on where it was left", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		const { store, database } = await adopt(predecessor);
		const activity = async (n: number) => (await store.sessions.find(id(n)))?.state.last_activity;
		// Not the moment of the guide's ALTER TABLE, which PostgreSQL gave to all of them.
		expect(await activity(1)).toBe("2024-03-01T08:00:00.000Z");
		expect(await activity(2)).toBe("2024-03-02T09:30:15.250Z");
		expect(await activity(5)).toBe("2024-03-05T08:00:00.123Z");
		// Only PostgreSQL took the guide after the rows; this student came back afterwards.
		expect(await activity(4)).toBe(
			engine === "postgres" ? "2024-05-20T10:00:00.000Z" : "2024-03-04T08:00:00.000Z",
		);

		// One student wrote in Arabic, another had answered what is no longer asked.
		expect((await store.sessions.find(id(5)))?.state).toMatchObject({ language: "ar", answered: 2 });
		expect((await store.sessions.find(id(8)))?.state).toMatchObject({ language: "en", answered: 1 });

		// Of several answers the newest stands, and the others are history.
		const session = await store.sessions.load(id(4));
		expect(session?.state.answers["1"]?.answer).toEqual({ type: "slider", value: 4 });
		expect(session?.state.answers["2"]?.answer).toEqual({ type: "slider", value: 3 });
		expect(session?.state.answers["15"]?.answer).toEqual({ type: "essay", text: "Sea and sun." });
		expect(session?.state).toMatchObject({ answered: 3, ever_answered: 3, place: null, language: "en" });
		const history = await database.db
			.selectFrom("session_events")
			.select(["question_id", "value", "outcome", "at"])
			.where("question_id", "=", 1)
			.orderBy("revision")
			.execute();
		expect(history.map(({ value, outcome }) => [JSON.parse(value ?? "").value, outcome])).toEqual([
			[2, "superseded"],
			[3, "superseded"],
			[4, "applied"],
		]);
		expect(history.at(-1)?.at.slice(0, 10)).toBe("2024-03-04");
		await answer(database, 4, 1, 5);
		const later = await store.sessions.load(id(4));
		expect(later?.state.answers["1"]?.answer).toEqual({ type: "slider", value: 5 });
		expect(later?.state).toMatchObject({ answered: 3, ever_answered: 3 });
	});

	test("a label that no rule knows is a question, and its answer is taken", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "names_lower");
		await predecessor.exec(
			"UPDATE student_responses SET status = 'paused' WHERE id IN (1, 4)",
			"UPDATE student_responses SET status = 'archived' WHERE id = 2",
		);
		const before = await predecessor.contents();
		const database = await predecessor.open();
		const { trouble, message } = await refusal(migrateUp(database, { adopt: true }));
		expect(trouble).toBe("conflict");
		expect(message).toContain('"paused" (2 unfinished responses)');
		expect(message).toContain("--map-status paused=STATUS");
		// A finished response needs no rule.
		expect(message).not.toContain("archived");
		expect(await predecessor.contents()).toEqual(before);

		await migrateUp(database, { adopt: true, decisions: { map_status: { paused: "active" } } });
		expect(await column(predecessor, "status")).toMatchObject({ 1: "active", 2: "completed", 4: "active" });
		await migrateDown(database, { to: 2 });
		expect(await column(predecessor, "status")).toMatchObject({ 1: "paused", 2: "archived", 4: "paused" });
	});

	test("all questions about the content are asked at once, before anything is changed", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		await predecessor.exec(
			"UPDATE questions SET question_type = 'matrix' WHERE id = 3",
			"UPDATE questions SET ordering_options = 'Plan; Do' WHERE id = 14",
		);
		const before = await predecessor.contents();
		const { message } = await refusal(migrateUp(await predecessor.open(), { adopt: true }));
		expect(message).toContain("question 3");
		expect(message).toContain("question 14");
		expect(await predecessor.contents()).toEqual(before);
	});

	test("what the previous program adds later is taken over at the next look", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		const { database, store } = await adopt(predecessor);
		await predecessor.exec(
			`INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country, created_at, completed_at, last_activity)
				VALUES (20, '${id(20)}', 'late@example.org', 'Late', '18-24', 'Egypt', 'Egypt', '2026-01-02 08:00:00', '2026-01-02 09:00:00', '2026-01-02 09:00:00')`,
			"INSERT INTO question_answers (response_id, question_id, answer_value) VALUES (20, 1, 3)",
		);
		expect(await store.sessions.find(id(20))).toBeNull();
		const { applied } = await migrateUp(database);
		expect(applied.map(({ step }) => step)).toContain("session_details_of_responses");
		const found = await store.sessions.find(id(20));
		expect(found?.state).toMatchObject({
			status: "completed",
			answered: 1,
			started_at: "2026-01-02T08:00:00.000Z",
		});
		expect(await migrateUp(database)).toMatchObject({ applied: [], repairs: [] });
	});

	test("the previous program goes on after down, in its own words, and what it did wins when we come back", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "names_upper");
		const { database, store } = await adopt(predecessor);
		await answer(database, 1, 1, 2);
		await answer(database, 1, 2, 2);
		await answer(database, 4, 1, 5);
		const sampler = await readAssessmentFile(join(contentFolder(), "sampler", "assessment.json"));
		if (!sampler.ok) throw new Error("The sampler does not load.");
		await createAssessmentStore(database).add(sampler.file, sampler.scoring);
		const version = await store.assessments.latestDefault();
		if (!version) throw new Error("There is no default assessment.");
		expect(version.index.assessment.key).toBe("adopted");
		const begin = { operation_id: null, version, replaces: id(5), language: "en" } as const;
		const begun = await store.sessions.start(begin);
		if (!begun.ok) throw new Error(begun.refusal.detail);

		const active = async () => {
			const pages = await predecessor.rows("(SELECT id, is_active FROM pages WHERE is_active)");
			return pages.map((row) => row["id"]);
		};
		const served = await active();
		expect(served.length).toBeGreaterThan(4);
		await migrateDown(database, { to: 2 });
		// Of the assessments that ship with this program the previous one asks nothing.
		expect(await active()).toEqual([1, 2, 3, 5]);
		// Start Fresh was done here; the previous program reads it as it would have written it.
		expect(await column(predecessor, "status")).toMatchObject({ 1: "ACTIVE", 5: "ABANDONED", 10: "ACTIVE" });
		if (engine === "sqlite") {
			const created = (await column(predecessor, "created_at"))[10];
			expect(created).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
			expect((await column(predecessor, "created_at"))[7]).toBe("yesterday");
		}
		const answers = await predecessor.rows("question_answers");
		const ofFour = answers.filter((row) => row["response_id"] === 4 && row["question_id"] === 1);
		expect(ofFour.map((row) => row["answer_value"])).toEqual([2, 3, 5]);

		await predecessor.exec(
			"UPDATE question_answers SET answer_value = 1 WHERE response_id = 1 AND question_id = 1",
			"DELETE FROM question_answers WHERE response_id = 1 AND question_id = 2",
			"INSERT INTO question_answers (response_id, question_id, answer_value) VALUES (1, 3, 4)",
			"UPDATE student_responses SET status = 'COMPLETED', completed_at = '2026-06-01 10:00:00' WHERE id = 4",
		);
		await migrateUp(database);
		expect(await active()).toEqual(served);
		const back = await store.sessions.load(id(1));
		expect(back?.state.answers["1"]?.answer).toEqual({ type: "slider", value: 1 });
		expect(back?.state.answers["2"]?.answer ?? null).toBeNull();
		expect(back?.state.answers["3"]?.answer).toEqual({ type: "slider", value: 4 });
		expect(back?.state).toMatchObject({ answered: 2, ever_answered: 3 });
		const four = await store.sessions.load(id(4));
		expect(four?.state).toMatchObject({ status: "completed" });
		expect(four?.state.answers["1"]?.answer).toEqual({ type: "slider", value: 5 });
		expect((await store.sessions.find(begun.session.state.session_id))?.state.status).toBe("active");
		expect((await store.sessions.find(id(5)))?.state.status).toBe("user_abandoned_not_completed");
	});

	test("an older answer does not come back over one that the student cleared", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		const { database, store } = await adopt(predecessor);
		const outcome = await store.sessions.operate({
			session_id: id(4),
			device_id: null,
			sent_at: null,
			mode: "submit",
			operations: [
				{ operation_id: anOperationId(), client_time: null, command: { kind: "clear", question_id: 1 } },
			],
		});
		expect(outcome.ok).toBe(true);
		await migrateDown(database, { to: 2 });
		const answers = await predecessor.rows("question_answers");
		expect(answers.filter((row) => row["response_id"] === 4).map((row) => row["question_id"])).toEqual([
			2, 15, 15,
		]);
		await migrateUp(database);
		const session = await store.sessions.load(id(4));
		expect(session?.state.answers["1"]?.answer).toBeNull();
		expect(session?.state).toMatchObject({ answered: 2, ever_answered: 3 });
	});
});

test("an enumerated type gets our labels without a row being written, and its own back", async () => {
	await using predecessor = await aPredecessorDatabase("postgres", "enum_upper");
	const { database, repairs } = await adopt(predecessor);
	expect(repairs.join("\n")).toContain("ACTIVE is now active");
	await migrateDown(database, { to: 2 });
	const labels = await predecessor.rows("(SELECT enumlabel FROM pg_enum)");
	expect(labels.map((row) => row["enumlabel"]).toSorted()).toEqual(["ABANDONED", "ACTIVE", "COMPLETED"]);
});

test("times without a zone are read in the zone that the operator names, on either database", async () => {
	for (const [engine, state] of [
		["sqlite", "guide"],
		["postgres", "naive_times"],
	] as const) {
		await using predecessor = await aPredecessorDatabase(engine, state);
		const before = await column(predecessor, "created_at");
		const database = await predecessor.open();
		await migrateUp(database, { adopt: true, decisions: { assume_timezone: "Africa/Cairo" } });
		const session = await storeOf(database).sessions.find(id(1));
		expect(session?.state.started_at).toBe("2024-03-01T06:00:00.000Z");
		expect(session?.state.last_activity).toBe("2024-03-01T06:00:00.000Z");
		await migrateDown(database, { to: 2 });
		expect(await column(predecessor, "created_at")).toEqual(before);
	}
});

test("a view that holds a column's type fast is named", async () => {
	await using predecessor = await aPredecessorDatabase("postgres", "guide");
	await predecessor.exec("CREATE VIEW recent AS SELECT id, last_activity FROM student_responses");
	const database = await predecessor.open();
	const { trouble, message } = await refusal(migrateUp(database, { adopt: true }));
	expect([trouble, message]).toEqual(["conflict", expect.stringContaining("the view recent")]);
});

test("a check without a name that forbids our labels is a question, for SQLite cannot drop it", async () => {
	await using predecessor = await aPredecessorDatabase("sqlite", "before_phase_1");
	await predecessor.exec(
		"ALTER TABLE student_responses ADD COLUMN status TEXT CHECK (status IN ('ACTIVE', 'ABANDONED'))",
	);
	const { message } = await refusal(migrateUp(await predecessor.open(), { adopt: true }));
	expect(message).toContain("check without a name");
});

test("triggers, views, indexes and children of the existing database live on", async () => {
	await using predecessor = await aPredecessorDatabase("sqlite", "autoincrement");
	const objects = "(SELECT name AS id, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'table')";
	const before = await predecessor.rows(objects);
	const { store } = await adopt(predecessor);
	const after = await predecessor.rows(objects);
	expect(after).toEqual(expect.arrayContaining([...before]));
	expect(await predecessor.rows("counsellor_notes")).toHaveLength(3);
	const version = await store.assessments.latestDefault();
	if (!version) throw new Error("There is no default assessment.");
	await store.sessions.start({ operation_id: null, version, replaces: null, language: "en" });
	expect(await predecessor.rows("audit")).toEqual([{ response_id: 10 }]);
});

test("answers of responses that are gone, which SQLite takes while foreign keys are off, stay and harm nothing", async () => {
	await using predecessor = await aPredecessorDatabase("sqlite", "guide");
	const [answer] = await predecessor.rows("question_answers");
	const question = String(answer?.["question_id"]);
	await predecessor.exec(
		"PRAGMA foreign_keys = OFF",
		`INSERT INTO question_answers (response_id, question_id, answer_value) VALUES (9999, ${question}, 2), (9999, ${question}, 3), (9999, 8888, 1)`,
	);
	const orphans = () => predecessor.rows("(SELECT * FROM question_answers WHERE response_id = 9999)");
	const before = await orphans();
	const database = await predecessor.open();
	const { report } = await upgrade(database, {
		adopt: true,
		backup: false,
		now: () => toInstant(Date.now()),
	});
	expect(report?.checks.filter(({ ok }) => !ok)).toEqual([]);
	await migrateDown(database, { to: 2 });
	expect(await orphans()).toEqual(before);
	await database.close();
});
