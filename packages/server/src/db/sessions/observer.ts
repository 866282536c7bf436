import type { Instant } from "@carhythm/core";
import type { Batch, BatchOutcome, SessionStore } from "../store.ts";
import type { SessionLifecycleEvent } from "../writes/write-context.ts";

/** One who is told of what the store does, to count it. It must be quick and throw nothing. */
export type StoreObserver = {
	/** A group of batches is about to share one transaction. */
	gathered(batches: number): void;
	/** A transaction that writes has ended. */
	committed(seconds: number, ok: boolean): void;
	/** Something happened to a session as a whole, and is committed. */
	turned(turn: SessionLifecycleEvent): void;
	operated(batch: Batch, outcome: BatchOutcome, received: Instant): void;
};

/** Tells the observer how long a transaction took, its commit with the wait for the disk included. */
export async function observeTransaction<T>(
	observer: StoreObserver | undefined,
	transaction: () => Promise<T>,
): Promise<T> {
	if (!observer) return transaction();
	const began = performance.now();
	let ok = false;
	try {
		const value = await transaction();
		ok = true;
		return value;
	} finally {
		observer.committed((performance.now() - began) / 1000, ok);
	}
}

/** The same sessions, with an observer who is told of batches. */
export function observedSessions(
	sessions: SessionStore,
	observer: StoreObserver,
	now: () => Instant,
): SessionStore {
	return {
		...sessions,
		async operate(batch) {
			const outcome = await sessions.operate(batch);
			observer.operated(batch, outcome, now());
			return outcome;
		},
		async operateFormer(batch) {
			const outcome = await sessions.operateFormer(batch);
			if (outcome) observer.operated(batch, outcome, now());
			return outcome;
		},
	};
}
