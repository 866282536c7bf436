import type { SessionStatus } from "@carhythm/core";
import type { Transaction } from "kysely";
import type { Schema } from "../schema.ts";
import type { Work } from "../writes/unit-of-work.ts";

type Tx = Transaction<Schema>;

/** What happens to a session as a whole. Expiring is none: it is computed, and nobody is there when it happens. */
export const SESSION_TURNS = ["started", "completed", "abandoned", "restored", "handed_over"] as const;
export type SessionTurn = (typeof SESSION_TURNS)[number];

const notedIn = new WeakMap<Tx, SessionTurn[]>();

/** Notes a turn that is true once the transaction is committed. */
export function noteTurn(tx: Tx, turn: SessionTurn): void {
	const noted = notedIn.get(tx);
	if (noted) noted.push(turn);
	else notedIn.set(tx, [turn]);
}

/** {@link noteTurn} for what was done on the bench. */
export function noteTurnsOf(tx: Tx, { session, status_before, events }: Work): void {
	const { status } = session.state;
	if (status !== status_before) noteTurn(tx, TURN_INTO[status]);
	for (const { kind, outcome } of events) {
		if (kind === "hold" && outcome === "applied") noteTurn(tx, "handed_over");
	}
}

const TURN_INTO: Readonly<Record<SessionStatus, SessionTurn>> = {
	active: "restored",
	completed: "completed",
	user_abandoned_not_completed: "abandoned",
};

/** What a transaction did to whole sessions. */
export function turnsOf(tx: Tx): readonly SessionTurn[] {
	return notedIn.get(tx) ?? [];
}
