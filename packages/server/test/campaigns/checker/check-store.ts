import { isDeepStrictEqual } from "node:util";
import { Answer } from "@carhythm/core";
import { sql } from "kysely";
import type { Database } from "../../../src/index.ts";
import type { Journal, JournalOperation, JournalWrite } from "../students/journal.ts";
import { checkCodes } from "./check-codes.ts";
import { checkSession } from "./check-session.ts";
import { type Event, readAll, type Stored } from "./stored-rows.ts";
import type { Verdict } from "./verdict.ts";

/** Compares the whole database, read in one snapshot, with the journal. */
export async function checkStore(database: Database, journal: Journal): Promise<Verdict> {
	const stored = await readAll(database);
	const verdict: Verdict = {
		lost: [],
		torn: [],
		corrupt: await checkEngine(database),
		present: 0,
		absent: 0,
	};
	for (const write of journal.writes) checkWrite(write, stored, verdict);
	checkUnknownOperations(journal, stored, verdict);
	const sent = new Map(
		journal.writes.flatMap(({ operations }) =>
			operations.map((operation) => [operation.operation_id, operation]),
		),
	);
	for (const session of stored.sessions) checkSession(session, stored, sent, verdict);
	checkStarts(journal, stored, verdict);
	await checkCodes(journal, stored, verdict);
	return verdict;
}

function checkWrite(write: JournalWrite, stored: Stored, verdict: Verdict): void {
	const { operations, session, state } = write;
	const there = operations.flatMap((operation) => {
		const { operation_id, kind } = operation;
		const row = (kind === "hand_off" ? stored.handOffs : stored.byOperation).get(operation_id);
		return row ? [{ operation, row }] : [];
	});
	const what = `${operations.map(({ kind }) => kind).join("+")} (${state})`;
	if (state === "unknown") verdict[there.length > 0 ? "present" : "absent"] += 1;
	if (state === "refused" && there.length > 0) verdict.torn.push(`${what} is there`);
	if (state === "unknown" && there.length > 0 && there.length < operations.length) {
		verdict.torn.push(`${what}: ${there.length} of ${operations.length} operations are there`);
	}
	if (state === "acknowledged" && there.length < operations.length) verdict.lost.push(what);
	for (const { operation, row } of there) {
		if (stored.startedBy.get(row.response_id) !== session.started_by) {
			verdict.lost.push(`${what} is there in another session`);
		} else if ("kind" in row && !equalsOperation(row, operation)) {
			verdict.lost.push(`${what} is there as something else`);
		}
	}
}

/**
 * Compares an event with its operation. {@link checkSession} compares the text of drafts, which no event
 * holds.
 */
function equalsOperation(
	event: Event,
	{ kind, question, answer, language, holder }: JournalOperation,
): boolean {
	if (event.kind !== kind || event.outcome === "late") return false;
	if (event.question_id !== (question?.id ?? null)) return false;
	const value: unknown = JSON.parse(event.value ?? "null");
	switch (kind) {
		case "answer":
			return isDeepStrictEqual(Answer.parse(value), answer);
		case "start":
			return (value as { language?: unknown } | null)?.language === language;
		case "move":
			return isDeepStrictEqual(value, language && { language });
		default:
			return isDeepStrictEqual(value, holder);
	}
}

/**
 * Every event is an operation that a student sent, except the `abandon` events that the server adds when a
 * session is replaced.
 */
function checkUnknownOperations(
	journal: Journal,
	{ events, byOperation, startedBy }: Stored,
	verdict: Verdict,
): void {
	const known = new Set(journal.writes.flatMap(({ operations }) => operations.map((o) => o.operation_id)));
	const expected = new Map<string, number>();
	for (const { abandons, operations } of journal.writes) {
		if (!abandons || !operations.every(({ operation_id }) => byOperation.has(operation_id))) continue;
		expected.set(abandons.started_by, (expected.get(abandons.started_by) ?? 0) + 1);
	}
	const unknown = Map.groupBy(
		events.filter(({ operation_id }) => !known.has(operation_id)),
		({ response_id }) => startedBy.get(response_id) ?? "",
	);
	for (const name of new Set([...expected.keys(), ...unknown.keys()])) {
		const found = unknown.get(name) ?? [];
		if (found.some(({ kind }) => kind !== "abandon")) verdict.torn.push("an operation that no student sent");
		if (found.length !== (expected.get(name) ?? 0)) {
			verdict.torn.push(`abandoned ${found.length} times where ${expected.get(name) ?? 0} were asked for`);
		}
	}
}

/**
 * An acknowledged start is stored under the session id of its reply, and each session has its details and its
 * start.
 */
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

async function checkEngine({ reader, db, dialect }: Database): Promise<string[]> {
	if (dialect.name === "sqlite") {
		const integrity = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(reader);
		const foreign = await sql`pragma foreign_key_check`.execute(reader);
		const said = integrity.rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
		return foreign.rows.length > 0 ? [...said, "foreign keys are violated"] : said;
	}
	// amcheck compares every index with its table, which reads every table to its end.
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
