import type { SessionStatus } from "@carhythm/core";
import type { Transaction } from "kysely";
import type { Schema } from "../schema.ts";
import type { SessionWrite } from "../writes/unit-of-work.ts";

type Tx = Transaction<Schema>;

/** What happens to a session as a whole. Expiring is none: it is computed, and nobody is there when it happens. */
export const LIFECYCLE_EVENTS = ["started", "completed", "abandoned", "restored", "handed_over"] as const;
export type SessionLifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

const notedIn = new WeakMap<Tx, SessionLifecycleEvent[]>();

/** Notes a turn that is true once the transaction is committed. */
export function recordLifecycle(tx: Tx, turn: SessionLifecycleEvent): void {
	const noted = notedIn.get(tx);
	if (noted) noted.push(turn);
	else notedIn.set(tx, [turn]);
}

/** {@link recordLifecycle} for what was done in the unit of work. */
export function recordLifecycleOf(tx: Tx, { session, status_before, events }: SessionWrite): void {
	const { status } = session.state;
	if (status !== status_before) recordLifecycle(tx, TURN_INTO[status]);
	for (const { kind, outcome } of events) {
		if (kind === "hold" && outcome === "applied") recordLifecycle(tx, "handed_over");
	}
}

const TURN_INTO: Readonly<Record<SessionStatus, SessionLifecycleEvent>> = {
	active: "restored",
	completed: "completed",
	user_abandoned_not_completed: "abandoned",
};

/** What a transaction did to whole sessions. */
export function lifecycleOf(tx: Tx): readonly SessionLifecycleEvent[] {
	return notedIn.get(tx) ?? [];
}
