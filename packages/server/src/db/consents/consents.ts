import {
	type Consent,
	type ConsentGiven,
	type Instant,
	isWithdrawable,
	type OperationId,
	refuse,
	type SessionId,
} from "@carhythm/core";
import type { Kysely, Selectable } from "kysely";
import type { Database } from "../dialect.ts";
import type { Schema, Tx } from "../schema.ts";
import { operationMismatch, toBeErased, unknownSession } from "../sessions/refusals.ts";
import { selectSessions } from "../sessions/rows.ts";
import type { ConsentOutcome, ConsentStore, NewConsent } from "../store.ts";
import { inTransaction } from "../transaction.ts";

/** Of one session; each leaves a row that stays as long as it does. */
const MOST_CONSENTS = 20;

type Row = Selectable<Schema["session_consents"]>;

/** What students declare to the notice on their data. */
export function createConsentStore(
	database: Database,
	{ now, onChanged }: { now: () => Instant; onChanged: (response_ids: readonly number[]) => void },
): ConsentStore {
	const change = async (
		session_id: SessionId,
		work: (tx: Tx, response_id: number, rows: readonly Row[]) => Promise<ConsentOutcome>,
	) => {
		const { response_id, outcome } = await inTransaction(database, async (tx) => {
			await database.dialect.lockSessions(tx, "session_id", [session_id]);
			const session = await selectSessions(tx)
				.where("student_responses.session_id", "=", session_id)
				.executeTakeFirst();
			if (!session) return { response_id: null, outcome: unknownSession() };
			const { response_id, erase_at } = session;
			if (erase_at !== null) return { response_id, outcome: toBeErased() };
			return { response_id, outcome: await work(tx, response_id, await readRows(tx, response_id)) };
		});
		if (response_id !== null && outcome.ok) onChanged([response_id]);
		return outcome;
	};
	return {
		give: (session_id, given) =>
			change(session_id, (tx, response_id, rows) => give(tx, response_id, rows, given, now())),
		withdraw: (session_id, operation_id) =>
			change(session_id, (tx, _, rows) => withdraw(tx, rows, operation_id, now())),
	};
}

/** Everything that was declared in a session, the oldest first. */
export async function findConsents(db: Kysely<Schema>, response_id: number): Promise<Consent[]> {
	return (await readRows(db, response_id)).map(toConsent);
}

function readRows(db: Kysely<Schema>, response_id: number): Promise<Row[]> {
	return db
		.selectFrom("session_consents")
		.selectAll()
		.where("response_id", "=", response_id)
		.orderBy("id")
		.execute();
}

function toConsent({ notice_version, language, kind, given_at, withdrawn_at }: Row): Consent {
	return { version: notice_version, language, kind, at: given_at, withdrawn_at: withdrawn_at };
}

async function give(
	tx: Tx,
	response_id: number,
	rows: readonly Row[],
	given: NewConsent,
	now: Instant,
): Promise<ConsentOutcome> {
	const known = rows.find(({ operation_id }) => operation_id === given.operation_id);
	if (known) return isSame(known, given) ? { ok: true, consent: toConsent(known) } : operationMismatch();
	const last = rows.at(-1);
	// Said once more it says nothing new.
	if (last && last.withdrawn_at === null && isSame(last, given))
		return { ok: true, consent: toConsent(last) };
	if (rows.length >= MOST_CONSENTS) return { ok: false, too_many: true };
	return { ok: true, consent: await insertConsent(tx, response_id, given, now) };
}

function isSame(row: Row, { version, kind }: ConsentGiven): boolean {
	return row.notice_version === version && row.kind === kind;
}

/** Enters a declaration, and with it what its notice said. */
export async function insertConsent(
	tx: Tx,
	response_id: number,
	{ operation_id, version, language, kind, content }: NewConsent,
	given_at: Instant,
): Promise<Consent> {
	await tx
		.insertInto("notice_versions")
		.values({ version, content, since: given_at })
		.onConflict((known) => known.column("version").doNothing())
		.execute();
	await tx
		.insertInto("session_consents")
		.values({ response_id, operation_id, notice_version: version, language, kind, given_at })
		.execute();
	return { version, language, kind, at: given_at, withdrawn_at: null };
}

async function withdraw(
	tx: Tx,
	rows: readonly Row[],
	operation_id: OperationId,
	now: Instant,
): Promise<ConsentOutcome> {
	const last = rows.at(-1);
	if (!last || !isWithdrawable(last.kind)) {
		const detail = "There is no agreement here that could be taken back. Your answers can be deleted.";
		return { ok: false, refusal: refuse("consent_not_given", detail) };
	}
	// A request that comes again after the student has agreed anew takes nothing back.
	const isDone = last.withdrawn_at !== null || rows.some((row) => row.withdrawn_by === operation_id);
	if (isDone) return { ok: true, consent: toConsent(last) };
	await tx
		.updateTable("session_consents")
		.set({ withdrawn_at: now, withdrawn_by: operation_id })
		.where("id", "=", last.id)
		.execute();
	return { ok: true, consent: toConsent({ ...last, withdrawn_at: now }) };
}
