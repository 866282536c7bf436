import type { SessionStatus } from "@carhythm/core";
import type { DatabaseDialect } from "../dialect.ts";
import type { Tx } from "../schema.ts";

export type Successor = { id: number; session_id: string; status: SessionStatus };

/** Notes which session was begun in place of another; null takes the note away. */
export async function linkSuccessor(tx: Tx, response_id: number, replaced_by: number | null): Promise<void> {
	await tx
		.updateTable("session_details")
		.set({ replaced_by })
		.where("response_id", "=", response_id)
		.execute();
}

/**
 * The session at the end of the chain of fresh starts, locked; null where none was begun in this one's place.
 * Only it can be active. Whatever takes the place of one in the chain is linked behind it, also when it was
 * set aside by itself: from each that can be brought back the way leads to the one that has its place, so
 * that there are never two active ones.
 */
export async function lockLastSuccessor(
	tx: Tx,
	dialect: DatabaseDialect,
	from: number,
): Promise<Successor | null> {
	for (;;) {
		const last = await findLast(tx, from);
		if (!last) return null;
		await dialect.lockSessions(tx, "id", [last.id]);
		const still = await findLast(tx, from);
		if (still?.id === last.id) return still;
	}
}

async function findLast(tx: Tx, from: number): Promise<Successor | null> {
	const seen = new Set([from]);
	let last: Successor | null = null;
	for (let next = await successorOf(tx, from); next && !seen.has(next.id); ) {
		last = next;
		seen.add(next.id);
		next = await successorOf(tx, next.id);
	}
	return last;
}

function successorOf(tx: Tx, response_id: number): Promise<Successor | undefined> {
	return tx
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.replaced_by")
		.select(["student_responses.id", "student_responses.session_id", "student_responses.status"])
		.where("session_details.response_id", "=", response_id)
		.executeTakeFirst();
}
