import type { Instant } from "@carhythm/core";
import type { Database, DatabaseUrl } from "../../db/dialect.ts";
import { enterErasures, eraseSessions } from "../../db/erasures/erase-sessions.ts";
import type { Erasure, ErasureMemory } from "../../db/erasures/memory.ts";
import { openDatabase } from "../../db/open.ts";
import { deleteRowsOfOthers } from "../../db/operator/other-programs.ts";
import { type Actor, recordOperatorEvent } from "../../db/operator-log/append.ts";
import type { LogHead } from "../../db/operator-log/read.ts";
import { hashOfFormerId } from "../../db/sessions/former-ids.ts";
import { inTransaction } from "../../db/transaction.ts";
import { eraseKept } from "../steps/undo-tables.ts";
import { readSystemCatalogue, type SystemCatalogue } from "../system-catalogue/read-catalogue.ts";

/** What is to happen to a restored database before it is used. */
export type Afterlife = {
	memory: ErasureMemory | null;
	/** Every erasure that is remembered anywhere. */
	erasures: readonly Erasure[];
	actor: Actor;
	now: Instant;
	/** Of the backup. */
	created_at: Instant;
	/** The operators' log of the database that is replaced. */
	replaced_log: LogHead | null;
};

/**
 * `repeated`: sessions that had been erased and were in the backup. `other_key`: erasures that another key
 * made, so that nothing can be said of them.
 */
export type RepeatedErasures = { repeated: number; other_key: number; is_logged: boolean };

const AT_ONCE = 50;
const PAGE = 5000;

/** Erases again what had been erased since the backup, and records the restore in the operators' log. */
export async function repeatErasures(url: DatabaseUrl, afterlife: Afterlife): Promise<RepeatedErasures> {
	const { memory, erasures, actor, now } = afterlife;
	const mine = erasures.filter(({ key_id }) => key_id === memory?.key_id);
	const database = await openDatabase(url);
	try {
		const catalogue = await readSystemCatalogue(database.db, database.dialect.name);
		const erased = new Set(mine.map(({ session_hash }) => session_hash));
		const found = memory && erased.size > 0 ? await findErased(database, catalogue, memory, erased) : [];
		for (let from = 0; from < found.length; from += AT_ONCE) {
			const some = found.slice(from, from + AT_ONCE);
			await inTransaction(database, async (tx) => {
				for (const { id, session_id, email, display_id } of some) {
					const names = { response_id: id, session_id, email, display_id: display_id ?? session_id };
					await deleteRowsOfOthers(tx, database.dialect, names);
				}
				await eraseSessions(tx, some, {
					dialect: database.dialect,
					eraseKept,
					memory: null,
					now,
					tables: catalogue,
				});
			});
		}
		const is_logged = catalogue.has("operator_events");
		const other_key = erasures.length - mine.length;
		await inTransaction(database, async (tx) => {
			if (catalogue.has("erasures")) await enterErasures(tx, erasures);
			if (!is_logged) return;
			const { created_at, replaced_log } = afterlife;
			const details = { created_at, erased_again: found.length, other_key, replaced_log };
			await recordOperatorEvent(tx, { actor, action: "backup.restore", details }, now);
		});
		if (found.length > 0) await database.dialect.purge();
		return { repeated: found.length, other_key, is_logged };
	} finally {
		await database.close();
	}
}

type FoundSession = { id: number; session_id: string; email: string; display_id: string | null };

/** The sessions of a database that are among those erased. It may be of any earlier version. */
async function findErased(
	{ db }: Database,
	catalogue: SystemCatalogue,
	memory: ErasureMemory,
	erased: ReadonlySet<string>,
): Promise<FoundSession[]> {
	if (!catalogue.has("student_responses")) return [];
	const found: FoundSession[] = [];
	for (let last = 0; ; ) {
		const rows = await db
			.selectFrom("student_responses")
			.select(["id", "session_id", "email"])
			.where("id", ">", last)
			.orderBy("id")
			.limit(PAGE)
			.execute();
		for (const { id, session_id, email } of rows) {
			const names = [session_id, hashOfFormerId(session_id)];
			if (!names.some((name) => erased.has(memory.hashOf(name)))) continue;
			found.push({ id, session_id, email, display_id: await displayIdOf(db, catalogue, id) });
		}
		const end = rows.at(-1);
		if (!end || rows.length < PAGE) return found;
		last = end.id;
	}
}

async function displayIdOf(
	db: Database["db"],
	catalogue: SystemCatalogue,
	id: number,
): Promise<string | null> {
	if (!catalogue.has("session_details")) return null;
	const row = await db
		.selectFrom("session_details")
		.select("display_id")
		.where("response_id", "=", id)
		.executeTakeFirst();
	return row?.display_id ?? null;
}
