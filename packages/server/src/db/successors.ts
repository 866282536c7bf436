import type { SessionStatus } from "@carhythm/core";
import type { Transaction } from "kysely";
import type { Schema } from "./schema.ts";

type Tx = Transaction<Schema>;

export type Successor = { id: number; session_id: string; status: SessionStatus };

/** Notes which session was begun in place of another; null takes the note away. */
export async function linkSuccessor(tx: Tx, response_id: number, replaced_by: number | null): Promise<void> {
	await tx
		.updateTable("session_details")
		.set({ replaced_by })
		.where("response_id", "=", response_id)
		.execute();
}

/** The active session at the end of the chain of fresh starts; null when there is none. */
export async function findActiveSuccessor(tx: Tx, from: number): Promise<Successor | null> {
	const seen = new Set([from]);
	let next = await successorOf(tx, from);
	while (next && next.status !== "active" && !seen.has(next.id)) {
		seen.add(next.id);
		next = await successorOf(tx, next.id);
	}
	return next?.status === "active" ? next : null;
}

function successorOf(tx: Tx, response_id: number): Promise<Successor | undefined> {
	return tx
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.replaced_by")
		.select(["student_responses.id", "student_responses.session_id", "student_responses.status"])
		.where("session_details.response_id", "=", response_id)
		.executeTakeFirst();
}
