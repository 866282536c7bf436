import type { SessionId } from "@carhythm/core";
import type { WriteTransaction } from "./storage.ts";

/** Deletes what the storage holds of a session, but for its outbox. */
export async function deleteSession(tx: WriteTransaction, session_id: SessionId): Promise<void> {
	for (const box of ["sessions", "refused"] as const) {
		for (const { key } of await tx.list(box, session_id)) await tx.delete(box, key);
	}
	for (const { key } of await tx.list("aside")) {
		if (key.includes(session_id)) await tx.delete("aside", key);
	}
}
