import { type Instant, mintOperationId, type SessionId } from "@carhythm/core";
import { OperatorError } from "../../operator-error.ts";
import type { Database } from "../dialect.ts";
import { isStillNamed } from "../errors.ts";
import { type Actor, recordOperatorEvent } from "../operator-log/append.ts";
import type { Tx } from "../schema.ts";
import { moveSession } from "../sessions/leave-others.ts";
import { createSessionStore } from "../sessions/session-store.ts";
import type { AssessmentStore } from "../store.ts";
import { inTransaction } from "../transaction.ts";
import { loadOneSession } from "../writes/load-sessions.ts";
import { createWriteContext, type WriteDeps } from "../writes/write-context.ts";
import { tablesNamingSessionIds } from "./other-programs.ts";

/** What came of it: a code for a session that can be continued, else why there is none. */
export type Revoked = {
	hand_off: { code: string; expires_at: Instant } | null;
	why_no_code: string | null;
};

/**
 * Gives a session a new id that no device knows, and makes a code that brings it to its student.
 * @returns null for an unknown display id
 * @throws OperatorError `refused` where a table of another program names the session by its id
 */
export async function revokeSession(
	database: Database,
	display_id: string,
	options: {
		assessments: AssessmentStore;
		now: () => Instant;
		randomBytes: (count: number) => Uint8Array;
		expiry_days: number;
		actor: Actor;
	},
): Promise<Revoked | null> {
	const { actor, ...rest } = options;
	const { dialect } = database;
	const deps: WriteDeps = { dialect, ...rest };
	const moved = await inTransaction(database, async (tx) => {
		const session_id = await lockByDisplayId(tx, database, display_id);
		const context = createWriteContext(tx, deps);
		const work = session_id && (await loadOneSession(context, session_id));
		if (!work) return null;
		const session = await moveSession(context, work, mintOperationId(rest.randomBytes));
		await recordOperatorEvent(tx, { actor, action: "session.revoke", target: display_id }, rest.now());
		return session;
	}).catch((error) => explainNamed(database, error));
	if (!moved) return null;
	database.changeFeed.tell([moved.response_id]);
	const sessions = createSessionStore(database, rest);
	const outcome = await sessions.handOff(moved.state.session_id, mintOperationId(rest.randomBytes));
	return outcome.ok
		? { hand_off: { code: outcome.code, expires_at: outcome.expires_at }, why_no_code: null }
		: { hand_off: null, why_no_code: outcome.refusal.detail };
}

/** The id is read after the lock: the student may be leaving other devices in the same moment. */
async function lockByDisplayId(tx: Tx, { dialect }: Database, display_id: string): Promise<SessionId | null> {
	const found = await tx
		.selectFrom("session_details")
		.select("response_id")
		.where("display_id", "=", display_id)
		.executeTakeFirst();
	if (!found) return null;
	await dialect.lockSessions(tx, "id", [found.response_id]);
	const row = await tx
		.selectFrom("student_responses")
		.select("session_id")
		.where("id", "=", found.response_id)
		.executeTakeFirst();
	return row ? (row.session_id as SessionId) : null;
}

async function explainNamed({ reader, dialect }: Database, error: unknown): Promise<never> {
	if (!isStillNamed(error)) throw error;
	const tables = await tablesNamingSessionIds(reader, dialect);
	const named = tables.length > 0 ? tables.join(", ") : "a table of another program";
	throw new OperatorError(
		"refused",
		`Nothing was changed: ${named} names sessions by their id with a foreign key that forbids a new one. Give the key ON UPDATE CASCADE, or delete its rows of this session yourself, then revoke again.`,
		{ cause: error },
	);
}
