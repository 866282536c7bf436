import type { AnswerRecord, DraftRecord, SessionId } from "@carhythm/core";
import { sql } from "kysely";
import type { DatabaseDialect } from "../dialect.ts";
import type { Tx } from "../schema.ts";
import { isSecretOver } from "../sessions/expiry.ts";
import { NEWEST_COLUMNS, selectNewest, TOUCHED, type Touched } from "../sessions/newest-events.ts";
import {
	adoptedAnswer,
	currentAnswers,
	draftOfRow,
	type HistoryRow,
	selectSessions,
	toStoredSession,
} from "../sessions/rows.ts";
import type { Batch } from "../store.ts";
import { questionsOf } from "./apply-batch.ts";
import { loadDevices, loadTimes } from "./device-order.ts";
import { loadSizes } from "./history-bounds.ts";
import { loadKnownOperations } from "./known-operations.ts";
import { hasLate, loadLateEvents, seenByLate } from "./late-events.ts";
import { beginSessionWrite, type SessionWrite } from "./session-write.ts";
import type { WriteContext } from "./write-context.ts";

type LoadContext = Pick<
	WriteContext,
	"tx" | "dialect" | "assessments" | "now" | "expiry_days" | "secret_days"
>;

/** {@link loadSessions} for one session; null when it is unknown. */
export async function loadOneSession(
	context: LoadContext,
	session_id: SessionId,
	batches: readonly Batch[] = [],
): Promise<SessionWrite | null> {
	const writes = await loadSessions(context, new Map([[session_id, batches]]));
	return writes.get(session_id) ?? null;
}

/**
 * Reads what a group of batches needs, in a fixed number of queries however many sessions there are, and
 * locks the sessions. Unknown sessions are missing from the result, and those whose secret has ended.
 */
export async function loadSessions(
	context: LoadContext,
	groups: ReadonlyMap<SessionId, readonly Batch[]>,
): Promise<Map<SessionId, SessionWrite>> {
	const { tx, dialect, assessments } = context;
	await dialect.lockSessions(tx, "session_id", [...groups.keys()]);
	const wanted = dialect.rows(
		{ session_id: "text" },
		Array.from(groups.keys(), (session_id) => ({ session_id })),
	);
	const rows = await selectSessions(tx)
		.select(hasLate.as("has_late"))
		.where("student_responses.session_id", "in", sql<string>`(select session_id from ${wanted} as w)`)
		.execute();
	const clock = { ...context, now: context.now() };
	const writes = new Map<SessionId, SessionWrite>();
	const byResponse = new Map<number, SessionWrite>();
	for (const row of rows) {
		const session = await toStoredSession(row, assessments);
		if (isSecretOver(session, clock)) continue;
		const work = beginSessionWrite(session);
		writes.set(work.session.state.session_id, work);
		byResponse.set(row.response_id, work);
	}
	const waiting = rows.filter(({ status, has_late }) => status === "active" && has_late);
	const late = await loadLateEvents(
		tx,
		dialect,
		waiting.map(({ response_id }) => response_id),
	);
	const touched: Touched[] = [];
	const operations: { response_id: number; operation_id: string }[] = [];
	for (const [session_id, batches] of groups) {
		const work = writes.get(session_id);
		if (!work) continue;
		const { response_id, version } = work.session;
		work.late = late.get(response_id) ?? [];
		const asked = [...batches.flatMap(questionsOf), ...work.late.flatMap((row) => row.question_id ?? [])];
		const ids = new Set(asked.filter((id) => version.index.by_question.has(id)));
		for (const question_id of ids) touched.push({ response_id, question_id });
		for (const operation_id of work.late.map(seenByLate)) {
			if (operation_id) operations.push({ response_id, operation_id });
		}
		for (const batch of batches) {
			for (const { operation_id, after } of batch.operations) {
				operations.push({ response_id, operation_id });
				if (after) operations.push({ response_id, operation_id: after });
			}
		}
	}
	const written = [...groups].flatMap(([session_id, batches]) => {
		const work = writes.get(session_id);
		return work ? [{ work, batches }] : [];
	});
	await loadSizes(tx, dialect, written);
	await loadKnownOperations(tx, dialect, byResponse, operations);
	await loadDevices(tx, dialect, byResponse, groups);
	await loadTouched(tx, dialect, byResponse, touched);
	await loadTimes(tx, dialect, byResponse, groups);
	return writes;
}

async function loadTouched(
	tx: Tx,
	dialect: DatabaseDialect,
	byResponse: ReadonlyMap<number, SessionWrite>,
	touched: readonly Touched[],
): Promise<void> {
	if (touched.length === 0) return;
	const wanted = dialect.rows(TOUCHED, touched);
	const history = await selectNewest<HistoryRow & { response_id: number }>(wanted, NEWEST_COLUMNS).execute(
		tx,
	);
	const drafts = await sql<Parameters<typeof draftOfRow>[0]>`
		select d.response_id, d.question_id, d.value, d.at, d.operation_id
		from ${wanted} as w cross join session_drafts d
		where d.response_id = w.response_id and d.question_id = w.question_id`.execute(tx);

	const adopted = touched.filter(({ response_id }) => byResponse.get(response_id)?.session.adopted_at);
	for (const row of await adoptedRows(tx, dialect, adopted)) {
		const work = byResponse.get(row.response_id);
		const record = work && adoptedAnswer(row, work.session.state.started_at);
		if (work && record) addAnswers(work, { [row.question_id]: record });
	}
	const historyOf = Map.groupBy(history.rows, (row) => row.response_id);
	for (const [response_id, rows] of historyOf) {
		const work = byResponse.get(response_id);
		if (work) addAnswers(work, currentAnswers(rows));
	}
	for (const row of drafts.rows) {
		const work = byResponse.get(row.response_id);
		if (work) addDraft(work, row.question_id, draftOfRow(row));
	}
}

async function adoptedRows(tx: Tx, dialect: DatabaseDialect, touched: readonly Touched[]) {
	if (touched.length === 0) return [];
	const { rows } = await sql<Parameters<typeof adoptedAnswer>[0]>`
		select a.* from ${dialect.rows(TOUCHED, touched)} as w cross join question_answers a
		where a.response_id = w.response_id and a.question_id = w.question_id`.execute(tx);
	return rows;
}

function addAnswers(work: SessionWrite, answers: Record<string, AnswerRecord>): void {
	const { session } = work;
	work.session = {
		...session,
		state: { ...session.state, answers: { ...session.state.answers, ...answers } },
	};
}

function addDraft(work: SessionWrite, question_id: number, draft: DraftRecord): void {
	const { session } = work;
	work.session = {
		...session,
		state: { ...session.state, drafts: { ...session.state.drafts, [question_id]: draft } },
	};
}
