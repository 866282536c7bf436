import type { Instant } from "@carhythm/core";
import type { DatabaseDialect } from "../dialect.ts";
import { OF_A_SESSION, type Tx } from "../schema.ts";
import { formerHashesOf } from "../sessions/former-ids.ts";
import { redirectedTo } from "../sessions/start.ts";
import type { Erasure, ErasureMemory } from "./memory.ts";

/** A session about to be erased. */
export type ErasableSession = {
	id: number;
	session_id: string;
	/** Null in a database that knows none yet. */
	display_id: string | null;
};

export type EraseKept = (
	tx: Tx,
	dialect: DatabaseDialect,
	sessions: readonly { id: number; session_id: string }[],
) => Promise<void>;

export type EraseMeans = {
	dialect: DatabaseDialect;
	eraseKept: EraseKept;
	/** Null where there is no key: the erasures are then not remembered. */
	memory: Pick<ErasureMemory, "hashOf" | "key_id"> | null;
	now: Instant;
	/** What is there, in a database that may be of an earlier version; without it everything is. */
	tables?: { has(name: string): boolean };
};

/** The query behind every choice of sessions to erase. */
export function selectErasable(tx: Tx) {
	return tx
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.response_id")
		.select([
			"student_responses.id",
			"student_responses.session_id",
			"student_responses.email",
			"session_details.display_id",
		]);
}

/**
 * Deletes everything of these sessions, and enters that they were erased. What is left in the database's files
 * is a matter of {@link DatabaseDialect.purge} afterwards, once for however many.
 * @returns what is to be remembered outside of the database once the transaction is committed
 */
export async function eraseSessions(
	tx: Tx,
	sessions: readonly ErasableSession[],
	{ dialect, eraseKept, memory, now, tables }: EraseMeans,
): Promise<Erasure[]> {
	if (sessions.length === 0) return [];
	const has = (table: string) => tables?.has(table) ?? true;
	const ids = sessions.map(({ id }) => id);
	await dialect.lockSessions(tx, "id", ids);
	// Before the former ids go: by them is known what is kept of a session that has moved since.
	await eraseKept(tx, dialect, sessions);
	const former = has("session_former_ids") ? await formerHashesOf(tx, ids) : [];
	if (has("session_details")) await closeChains(tx, ids);
	for (const table of OF_A_SESSION.filter(has)) {
		await tx.deleteFrom(table).where("response_id", "in", ids).execute();
	}
	const session_ids = sessions.map(({ session_id }) => session_id);
	if (has("feedbacks")) await tx.deleteFrom("feedbacks").where("session_id", "in", session_ids).execute();
	if (has("session_events")) await forgetRedirects(tx, sessions);
	await tx.deleteFrom("student_responses").where("id", "in", ids).execute();
	if (!memory) return [];
	// An older backup may know the session by an id that it had before.
	const erasures = [...session_ids, ...former].map((name) => ({
		session_hash: memory.hashOf(name),
		key_id: memory.key_id,
		erased_at: now,
	}));
	await enterErasures(tx, erasures);
	return erasures;
}

/**
 * A repeated Start Fresh is led to its session by the display id, which is noted with the session that was set
 * aside.
 */
async function forgetRedirects(tx: Tx, sessions: readonly ErasableSession[]): Promise<void> {
	const results = sessions.flatMap(({ display_id }) => (display_id === null ? [] : redirectedTo(display_id)));
	if (results.length === 0) return;
	await tx
		.updateTable("session_events")
		.set({ result: redirectedTo(null) })
		.where("kind", "=", "start")
		.where("result", "in", results)
		.execute();
}

/** The chains of fresh starts go on without these sessions, several of which may be in one chain. */
async function closeChains(tx: Tx, ids: readonly number[]): Promise<void> {
	for (const id of ids) {
		const row = await tx
			.selectFrom("session_details")
			.select("replaced_by")
			.where("response_id", "=", id)
			.executeTakeFirst();
		await tx
			.updateTable("session_details")
			.set({ replaced_by: row?.replaced_by ?? null })
			.where("replaced_by", "=", id)
			.execute();
	}
}

/** Enters erasures that are not in the table yet. */
export async function enterErasures(tx: Tx, erasures: readonly Erasure[]): Promise<void> {
	const AT_ONCE = 500;
	for (let from = 0; from < erasures.length; from += AT_ONCE) {
		await tx
			.insertInto("erasures")
			.values(erasures.slice(from, from + AT_ONCE))
			.onConflict((found) => found.column("session_hash").doNothing())
			.execute();
	}
}
