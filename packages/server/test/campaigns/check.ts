import { isDeepStrictEqual } from "node:util";
import { Answer } from "@carhythm/core";
import { type Selectable, sql } from "kysely";
import type { Database } from "../../src/db/dialect.ts";
import type { Schema } from "../../src/db/schema.ts";
import { answerOfRow } from "../../src/db/session-rows.ts";
import type { Journal, JournalOperation, JournalWrite } from "./journal.ts";

/** What the store says, held against what was promised. Every list is empty when all is well. */
export type Verdict = {
	/** Operations that were acknowledged and are not there, or are there with another value. */
	lost: string[];
	/** Requests of which a part is there, counters that do not equal the rows, operations that nobody sent. */
	torn: string[];
	/** What the database says of itself. */
	corrupt: string[];
	/** Writes of unknown outcome that turned out to be there, and not. */
	present: number;
	absent: number;
};

type Event = Selectable<Schema["session_events"]>;
type SessionRow = {
	id: number;
	session_id: string;
	status: string;
	revision: number;
	answered: number;
	ever_answered: number;
	start_operation_id: string | null;
};

/** Compares the whole database with the journal, read in one snapshot. */
export async function checkStore(database: Database, journal: Journal): Promise<Verdict> {
	const stored = await readAll(database);
	const verdict: Verdict = { lost: [], torn: [], corrupt: await selfCheck(database), present: 0, absent: 0 };
	const byOperation = new Map(stored.events.map((event) => [event.operation_id, event]));
	for (const write of journal.writes) checkWrite(write, byOperation, verdict);
	checkStrangers(journal, stored, verdict);
	for (const session of stored.sessions) checkSession(session, stored, verdict);
	checkStarts(journal, stored, verdict);
	return verdict;
}

type Stored = Awaited<ReturnType<typeof readAll>>;

function readAll(database: Database) {
	return database.reader.transaction().execute(async (snapshot) => {
		const sessions: SessionRow[] = await snapshot
			.selectFrom("student_responses as r")
			.innerJoin("session_details as d", "d.response_id", "r.id")
			.select(["r.id", "r.session_id", "r.status", "d.revision", "d.answered", "d.ever_answered"])
			.select("d.start_operation_id")
			.execute();
		const events = await snapshot.selectFrom("session_events").selectAll().orderBy("revision").execute();
		const answers = await snapshot.selectFrom("question_answers").selectAll().execute();
		const responses = await snapshot.selectFrom("student_responses").select("id").execute();
		return {
			sessions,
			responses: responses.length,
			events,
			eventsOf: Map.groupBy(events, (event) => event.response_id),
			answersOf: Map.groupBy(answers, (answer) => answer.response_id),
		};
	});
}

function checkWrite(write: JournalWrite, stored: ReadonlyMap<string, Event>, verdict: Verdict): void {
	const { operations, state } = write;
	const there = operations.filter(({ operation_id }) => stored.has(operation_id));
	const what = `${operations.map(({ kind }) => kind).join("+")} (${state})`;
	if (state === "unknown") verdict[there.length > 0 ? "present" : "absent"] += 1;
	if (state === "refused" && there.length > 0) verdict.torn.push(`${what} is there`);
	if (state === "unknown" && there.length > 0 && there.length < operations.length) {
		verdict.torn.push(`${what}: ${there.length} of ${operations.length} operations are there`);
	}
	if (state === "acknowledged" && there.length < operations.length) verdict.lost.push(what);
	for (const operation of there) {
		const event = stored.get(operation.operation_id);
		if (event && !saysTheSame(event, operation)) verdict.lost.push(`${what} is there as something else`);
	}
}

function saysTheSame(event: Event, { kind, question_id, answer }: JournalOperation): boolean {
	if (event.kind !== kind || event.question_id !== question_id || event.outcome === "late") return false;
	return kind !== "answer" || isDeepStrictEqual(Answer.parse(JSON.parse(event.value ?? "null")), answer);
}

/** Every operation is one that a student sent, but the endings that the server itself makes when it sets a session aside. */
function checkStrangers(journal: Journal, { events, sessions }: Stored, verdict: Verdict): void {
	const known = new Set(journal.writes.flatMap(({ operations }) => operations.map((o) => o.operation_id)));
	const stored = new Set(events.map(({ operation_id }) => operation_id));
	const expected = new Map<string, number>();
	for (const { sets_aside, operations } of journal.writes) {
		if (!sets_aside || !operations.every(({ operation_id }) => stored.has(operation_id))) continue;
		expected.set(sets_aside.started_by, (expected.get(sets_aside.started_by) ?? 0) + 1);
	}
	const startedBy = new Map(sessions.map(({ id, start_operation_id }) => [id, start_operation_id ?? ""]));
	const strangers = Map.groupBy(
		events.filter(({ operation_id }) => !known.has(operation_id)),
		({ response_id }) => startedBy.get(response_id) ?? "",
	);
	for (const name of new Set([...expected.keys(), ...strangers.keys()])) {
		const found = strangers.get(name) ?? [];
		if (found.some(({ kind }) => kind !== "abandon")) verdict.torn.push("an operation that nobody sent");
		if (found.length !== (expected.get(name) ?? 0)) {
			verdict.torn.push(`set aside ${found.length} times where ${expected.get(name) ?? 0} were asked for`);
		}
	}
}

/** The present state of a session is what its history says. */
function checkSession(session: SessionRow, { eventsOf, answersOf }: Stored, verdict: Verdict): void {
	const events = eventsOf.get(session.id) ?? [];
	const newest = new Map<number, Event>();
	const ever = new Set<number>();
	let status = "active";
	for (const event of events) {
		if (event.kind === "complete") status = "completed";
		if (event.kind === "abandon") status = "user_abandoned_not_completed";
		if (event.kind === "restore") status = "active";
		if (event.question_id === null || (event.kind !== "answer" && event.kind !== "clear")) continue;
		if (event.kind === "answer") ever.add(event.question_id);
		const other = newest.get(event.question_id);
		if (!other || isLater(event, other)) newest.set(event.question_id, event);
	}
	const standing = [...newest.values()].filter(({ kind }) => kind === "answer");
	const rows = new Map((answersOf.get(session.id) ?? []).map((row) => [row.question_id, row]));
	const complain = (what: string) => verdict.torn.push(`${what} of a session differ from its history`);
	if (session.status !== status) complain("status");
	if (events.length !== session.revision || events.some(({ revision }, i) => revision !== i + 1)) {
		complain("revisions");
	}
	if (session.answered !== standing.length || session.ever_answered !== ever.size) complain("counters");
	if (rows.size !== standing.length) complain("answers");
	for (const { question_id, value } of standing) {
		const row = rows.get(question_id ?? 0);
		const said = Answer.parse(JSON.parse(value ?? "null"));
		if (!row || !isDeepStrictEqual(answerOfRow(row), said)) complain("answers");
	}
}

function isLater(event: Event, other: Event): boolean {
	return event.at > other.at || (event.at === other.at && event.operation_id > other.operation_id);
}

/** An acknowledged start is found under the id that was given out; a session without its details is half a session. */
function checkStarts(journal: Journal, { sessions, responses, eventsOf }: Stored, verdict: Verdict): void {
	if (responses !== sessions.length) verdict.torn.push("a session without its details");
	if (sessions.some(({ id }) => !eventsOf.has(id))) verdict.torn.push("a session without its start");
	const ids = new Map(sessions.map(({ session_id, start_operation_id }) => [start_operation_id, session_id]));
	for (const { session } of journal.writes) {
		if (session.session_id !== null && ids.get(session.started_by) !== session.session_id) {
			verdict.lost.push("an acknowledged start is not there under its id");
		}
	}
}

async function selfCheck({ reader, db, dialect }: Database): Promise<string[]> {
	if (dialect.name === "sqlite") {
		const integrity = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(reader);
		const foreign = await sql`pragma foreign_key_check`.execute(reader);
		const said = integrity.rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
		return foreign.rows.length > 0 ? [...said, "foreign keys are violated"] : said;
	}
	// Compares every index with its table, and reads every table to its end.
	await sql`create extension if not exists amcheck`.execute(db);
	try {
		await sql`
			select bt_index_check(c.oid, true) from pg_index i
			join pg_class c on c.oid = i.indexrelid
			join pg_am a on a.oid = c.relam and a.amname = 'btree'
			where c.relnamespace = 'public'::regnamespace and i.indisvalid`.execute(db);
		return [];
	} catch (error) {
		return [error instanceof Error ? error.message : String(error)];
	}
}
