import { addDays, ERASE_UNDO_DAYS, type Instant, type OperationId, type SessionId } from "@carhythm/core";
import { sql } from "kysely";
import type { Database } from "../dialect.ts";
import { type Actor, recordOperatorEvent } from "../operator-log/append.ts";
import type { Tx } from "../schema.ts";
import { unknownSession } from "../sessions/refusals.ts";
import type { ErasureOutcome, ErasureRequestStore } from "../store.ts";
import { inTransaction } from "../transaction.ts";

/** When a session is erased, because its student asked for it, as an expression of SQL over `student_responses`. */
export const eraseAt = sql<Instant | null>`(
	select q.due_at from erasure_requests q
	where q.response_id = student_responses.id and q.undone_at is null limit 1
)`;

const STUDENT: Actor = { kind: "student", name: "" };
const MOST_REQUESTS = 20;

/** The requests of students to erase their sessions. */
export function createErasureRequestStore(
	database: Database,
	{ now, onChanged }: { now: () => Instant; onChanged: (response_ids: readonly number[]) => void },
): ErasureRequestStore {
	const change = async (
		session_id: SessionId,
		work: (tx: Tx, session: LockedSession) => Promise<ErasureOutcome>,
	) => {
		const { session, outcome } = await inTransaction(database, async (tx) => {
			await database.dialect.lockSessions(tx, "session_id", [session_id]);
			const session = await findLocked(tx, session_id);
			return { session, outcome: session ? await work(tx, session) : unknownSession() };
		});
		if (session && outcome.ok) onChanged([session.response_id]);
		return outcome;
	};
	return {
		ask: (session_id, operation_id) =>
			change(session_id, (tx, session) => ask(tx, session, operation_id, now())),
		undo: (session_id) => change(session_id, (tx, session) => undo(tx, session, now())),
	};
}

type LockedSession = { response_id: number; display_id: string };

function findLocked(tx: Tx, session_id: SessionId): Promise<LockedSession | undefined> {
	return tx
		.selectFrom("student_responses")
		.innerJoin("session_details", "session_details.response_id", "student_responses.id")
		.select(["session_details.response_id", "session_details.display_id"])
		.where("student_responses.session_id", "=", session_id)
		.executeTakeFirst();
}

async function ask(
	tx: Tx,
	{ response_id, display_id }: LockedSession,
	operation_id: OperationId,
	now: Instant,
): Promise<ErasureOutcome> {
	const requests = await tx
		.selectFrom("erasure_requests")
		.select(["operation_id", "due_at", "undone_at"])
		.where("response_id", "=", response_id)
		.execute();
	const open = requests.find(({ undone_at }) => undone_at === null);
	if (open) return { ok: true, erase_at: open.due_at };
	// A request that comes again after it was undone asks for nothing.
	if (requests.some((request) => request.operation_id === operation_id)) return { ok: true, erase_at: null };
	if (requests.length >= MOST_REQUESTS) return { ok: false, too_many: true };
	const due_at = addDays(now, ERASE_UNDO_DAYS);
	await tx
		.insertInto("erasure_requests")
		.values({ response_id, operation_id, requested_at: now, due_at })
		.execute();
	await recordOperatorEvent(
		tx,
		{
			actor: STUDENT,
			action: "session.ask_erasure",
			target: display_id,
			details: { due_at },
			inverse: { action: "session.undo_erasure" },
		},
		now,
	);
	return { ok: true, erase_at: due_at };
}

async function undo(
	tx: Tx,
	{ response_id, display_id }: LockedSession,
	now: Instant,
): Promise<ErasureOutcome> {
	const { numUpdatedRows } = await tx
		.updateTable("erasure_requests")
		.set({ undone_at: now })
		.where("response_id", "=", response_id)
		.where("undone_at", "is", null)
		.executeTakeFirst();
	if (numUpdatedRows > 0n) {
		const event = { actor: STUDENT, action: "session.undo_erasure", target: display_id } as const;
		await recordOperatorEvent(tx, event, now);
	}
	return { ok: true, erase_at: null };
}
