import type { Instant, OperationId } from "@carhythm/core";
import { sql } from "kysely";
import type { DatabaseDialect } from "../dialect.ts";
import type { Tx } from "../schema.ts";
import type { StoredResult } from "../store.ts";
import { loadLateEvents, seenByLate } from "./late-events.ts";
import type { SessionWrite } from "./session-write.ts";

/**
 * The kind of an operation that made a hand-off code. It is no event of the session, whose state it does not
 * change.
 */
const HAND_OFF_KIND = "hand_off";
const HAND_OFF = sql.lit(HAND_OFF_KIND);
/** A code is never the result of an operation of a batch: its fingerprint is like that of none. */
const NO_RESULT = sql.lit(JSON.stringify({ result: {}, counts: null }));

/** What operation ids stand for already. */
export async function loadKnownOperations(
	tx: Tx,
	dialect: DatabaseDialect,
	byResponse: ReadonlyMap<number, SessionWrite>,
	operations: readonly { response_id: number; operation_id: string }[],
): Promise<void> {
	if (operations.length === 0) return;
	const wanted = dialect.rows({ response_id: "integer", operation_id: "text" }, operations);
	const { rows } = await sql<{
		response_id: number;
		operation_id: string;
		fingerprint: string;
		result: string;
		kind: string;
		question_id: number | null;
		at: Instant;
		received_at: Instant;
	}>`
		select e.response_id, e.operation_id, e.fingerprint, e.result, e.kind, e.question_id, e.at, e.received_at
		from ${wanted} as w cross join session_events e
		where e.response_id = w.response_id and e.operation_id = w.operation_id
		union all
		select h.response_id, h.operation_id, '', ${NO_RESULT}, ${HAND_OFF}, null, h.created_at, h.created_at
		from ${wanted} as w cross join hand_offs h
		where h.response_id = w.response_id and h.operation_id = w.operation_id`.execute(tx);
	for (const row of rows) {
		// An earlier release let an id stand for both: what it wrote goes on being repeated.
		if (row.kind === HAND_OFF_KIND && byResponse.get(row.response_id)?.known.has(row.operation_id)) continue;
		const { response_id, operation_id, result, ...rest } = row;
		byResponse
			.get(response_id)
			?.known.set(operation_id, { ...rest, result: JSON.parse(result) as StoredResult });
	}
}

/** What came late to a session, with the writes that were seen then. The work has every answer. */
export async function loadLateEventsOf(tx: Tx, dialect: DatabaseDialect, work: SessionWrite): Promise<void> {
	const { response_id } = work.session;
	work.late = (await loadLateEvents(tx, dialect, [response_id])).get(response_id) ?? [];
	const seen = work.late.flatMap((row) => seenByLate(row) ?? []);
	const operations = seen.map((operation_id) => ({ response_id, operation_id }));
	await loadKnownOperations(tx, dialect, new Map([[response_id, work]]), operations);
}

/**
 * What an operation id already stands for in a session: a repeated request has no second effect, whatever
 * happened since.
 */
export async function kindOfOperation(
	tx: Tx,
	response_id: number,
	operation_id: OperationId,
): Promise<string | null> {
	const { rows } = await sql<{ kind: string }>`
		select kind from session_events where response_id = ${response_id} and operation_id = ${operation_id}
		union all
		select ${HAND_OFF} from hand_offs where response_id = ${response_id} and operation_id = ${operation_id}`.execute(
		tx,
	);
	return rows[0]?.kind ?? null;
}
