import type { Instant } from "@carhythm/core";
import { sql, type Transaction } from "kysely";
import type { Dialect } from "./dialect.ts";
import { loadLate, seenByLate } from "./late-events.ts";
import type { Schema } from "./schema.ts";
import type { StoredResult } from "./store.ts";
import type { Work } from "./work.ts";

type Tx = Transaction<Schema>;

/** What operation ids stand for already. */
export async function loadKnown(
	tx: Tx,
	dialect: Dialect,
	byResponse: ReadonlyMap<number, Work>,
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
		where e.response_id = w.response_id and e.operation_id = w.operation_id`.execute(tx);
	for (const row of rows) {
		const { response_id, operation_id, result, ...rest } = row;
		byResponse
			.get(response_id)
			?.known.set(operation_id, { ...rest, result: JSON.parse(result) as StoredResult });
	}
}

/** What came late to a session, with the writes that were seen then. The work has every answer. */
export async function loadLateOf(tx: Tx, dialect: Dialect, work: Work): Promise<void> {
	const { response_id } = work.session;
	work.late = (await loadLate(tx, dialect, [response_id])).get(response_id) ?? [];
	const seen = work.late.flatMap((row) => seenByLate(row) ?? []);
	const operations = seen.map((operation_id) => ({ response_id, operation_id }));
	await loadKnown(tx, dialect, new Map([[response_id, work]]), operations);
}
