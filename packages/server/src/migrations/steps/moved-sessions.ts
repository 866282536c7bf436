import { type Kysely, sql } from "kysely";
import type { DatabaseDialect } from "../../db/dialect.ts";
import { KEPT } from "../../db/schema.ts";
import { hashOfFormerId } from "../../db/sessions/former-ids.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { Task } from "../migration.ts";
import { readSystemCatalogue } from "../system-catalogue/read-catalogue.ts";

const FORMER = "session_former_ids";

/**
 * Gives rows that undone migrations or the adoption keep of a session its present id. They name it by number
 * and id together, because another session may have got the number meanwhile; only a hash that is stored of
 * the session proves that the id was its own.
 * @param only the sessions that are looked at, by number; without it all
 */
export async function followMoves(
	tx: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	only?: readonly number[],
): Promise<void> {
	const catalogue = await readSystemCatalogue<LedgerSchema>(tx, dialect.name);
	if (!catalogue.has(FORMER) || !catalogue.has(KEPT)) return;
	const kept = await tx.selectFrom(KEPT).select("table_name").execute();
	for (const { table_name } of kept) {
		const columns = catalogue.get(table_name)?.columns;
		if (!columns?.has("id") || !columns.has("session_id")) continue;
		const { rows } = await sql<{ id: number; kept_id: string; present_id: string }>`
			SELECT DISTINCT k.id, k.session_id AS kept_id, r.session_id AS present_id
			FROM ${sql.table(table_name)} k
			JOIN student_responses r ON r.id = k.id AND r.session_id <> k.session_id
			JOIN ${sql.table(FORMER)} f ON f.response_id = r.id
			${only ? sql`WHERE r.id IN (${sql.join(only)})` : sql``}`.execute(tx);
		for (const { id, kept_id, present_id } of rows) {
			await sql`
				UPDATE ${sql.table(table_name)} SET session_id = ${present_id}
				WHERE id = ${id} AND session_id = ${kept_id} AND EXISTS (
					SELECT 1 FROM ${sql.table(FORMER)} f
					WHERE f.response_id = ${id} AND f.former_id_hash = ${hashOfFormerId(kept_id)})`.execute(tx);
		}
	}
}

/** {@link followMoves} for all sessions, as part of an undo. */
export const followMovedSessions: Task = {
	name: "follow_moved_sessions",
	version: 1,
	run: (tx, { dialect }) => followMoves(tx, dialect),
};
