import { createHash } from "node:crypto";
import type { SessionId } from "@carhythm/core";
import type { Tx } from "../schema.ts";
import type { Reader } from "./rows.ts";

/**
 * The hash under which a former id is stored. The id has 122 random bits, so a fast hash gives nothing away;
 * and it opens nothing.
 */
export function hashOfFormerId(session_id: string): string {
	return createHash("sha256").update(session_id.toLowerCase()).digest("hex");
}

/**
 * Finds the present id of a session by one that it had before. To be asked only when the id itself is
 * unknown, so that sessions which never moved pay nothing for it.
 */
export async function findPresentId(db: Reader, former: SessionId): Promise<SessionId | null> {
	const row = await db
		.selectFrom("session_former_ids")
		.innerJoin("student_responses", "student_responses.id", "session_former_ids.response_id")
		.select("student_responses.session_id")
		.where("session_former_ids.former_id_hash", "=", hashOfFormerId(former))
		.executeTakeFirst();
	return row ? (row.session_id as SessionId) : null;
}

/** Whether a session has had another id. */
export async function hasMoved(db: Reader, response_id: number): Promise<boolean> {
	const row = await db
		.selectFrom("session_former_ids")
		.select("response_id")
		.where("response_id", "=", response_id)
		.limit(1)
		.executeTakeFirst();
	return row !== undefined;
}

/** The hashes of all ids that some sessions had before. */
export async function formerHashesOf(tx: Tx, response_ids: readonly number[]): Promise<string[]> {
	if (response_ids.length === 0) return [];
	const rows = await tx
		.selectFrom("session_former_ids")
		.select("former_id_hash")
		.where("response_id", "in", response_ids)
		.execute();
	return rows.map(({ former_id_hash }) => former_id_hash);
}
