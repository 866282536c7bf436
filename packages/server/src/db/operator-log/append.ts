import { createHash } from "node:crypto";
import type { Instant } from "@carhythm/core";
import type { Selectable } from "kysely";
import type { OperatorEvents, Tx } from "../schema.ts";

/**
 * Who acted: the user of the system who ran a command, the server by itself, a student on their own session.
 * `account` is for a console with accounts.
 */
export type Actor = {
	kind: "system_user" | "server" | "student" | "account";
	/** How the actor is called. Empty for a student, who is known by the target alone. */
	name: string;
	account_id?: number;
};

/** What an operator can do that is recorded. Stored: a name that was written once stays. */
type OperatorAction =
	| "session.find"
	| "session.show"
	| "session.export"
	| "session.apply_late"
	| "session.erase"
	| "session.revoke"
	| "session.ask_erasure"
	| "session.undo_erasure"
	| "sessions.export"
	| "sessions.purge"
	| "rescue.import"
	| "backup.restore";

export type OperatorEvent = {
	actor: Actor;
	action: OperatorAction;
	/** The display id of the session that it was done to. Never a session id. */
	target?: string;
	reason?: string;
	/** What else there is to know. Never an answer, a name, an address or a session id. */
	details?: Readonly<Record<string, unknown>>;
	/** What would undo it, as a later program reads it. */
	inverse?: Readonly<Record<string, unknown>>;
};

export type StoredOperatorEvent = Selectable<OperatorEvents>;

/**
 * Appends to the operators' log, as the last thing in the transaction of what is recorded. The row of the head
 * is locked until the commit, so several processes append one after another and the chain has no fork.
 * @returns its number in the log
 */
export async function recordOperatorEvent(tx: Tx, event: OperatorEvent, now: Instant): Promise<number> {
	const head = await tx
		.updateTable("operator_log_head")
		.set((row) => ({ events: row("events", "+", 1) }))
		.where("id", "=", 1)
		.returning(["events", "hash"])
		.executeTakeFirstOrThrow(() => new Error("The head of the operators' log is missing."));
	const row = {
		sequence: Number(head.events),
		at: now,
		actor_kind: event.actor.kind,
		actor: event.actor.name,
		account_id: event.actor.account_id ?? null,
		action: event.action,
		target: event.target ?? null,
		reason: event.reason ?? null,
		details: JSON.stringify(event.details ?? {}),
		inverse: event.inverse ? JSON.stringify(event.inverse) : null,
		previous_hash: head.hash,
	};
	const hash = hashOfEvent(row);
	await tx
		.insertInto("operator_events")
		.values({ ...row, hash })
		.execute();
	await tx.updateTable("operator_log_head").set({ hash }).where("id", "=", 1).execute();
	return row.sequence;
}

/** SHA-256 over an event's own content and the hash of the one before. */
export function hashOfEvent(event: Omit<StoredOperatorEvent, "hash">): string {
	const content = [
		event.previous_hash,
		Number(event.sequence),
		event.at,
		event.actor_kind,
		event.actor,
		event.account_id === null ? null : Number(event.account_id),
		event.action,
		event.target,
		event.reason,
		event.details,
		event.inverse,
	];
	return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
