import type { ConsentNeed, Instant } from "@carhythm/core";
import type { DatabaseDialect } from "../dialect.ts";
import type { Tx } from "../schema.ts";
import type { AssessmentStore } from "../store.ts";
import type { HistoryBounds } from "./history-bounds.ts";

/** What writing sessions needs from outside. */
export type WriteDeps = {
	dialect: DatabaseDialect;
	assessments: AssessmentStore;
	now: () => Instant;
	randomBytes: (count: number) => Uint8Array;
	expiry_days: number;
	/** For how many days after its end a session's id still opens it; absent: for ever. */
	secret_days?: number | undefined;
	/** What has to be declared before an answer is taken; absent: nothing. */
	consent_need?: ConsentNeed;
	/** How much history a session may have; the defaults where nothing is said. */
	bounds?: HistoryBounds;
};

/** What happens to a session as a whole. Expiring is none: it is computed, and no code runs when it happens. */
export const LIFECYCLE_EVENTS = ["started", "completed", "abandoned", "restored", "handed_over"] as const;
export type SessionLifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

/** What a transaction did, to be told once it is committed. */
export type WriteEffects = {
	/** The sessions whose rows it changed, by `response_id`. */
	changed: Set<number>;
	lifecycle: SessionLifecycleEvent[];
};

/** One transaction that writes sessions. A transaction that is repeated gets a new one. */
export type WriteContext = WriteDeps & WriteEffects & { tx: Tx };

export function createWriteContext(tx: Tx, deps: WriteDeps): WriteContext {
	return { ...deps, tx, changed: new Set(), lifecycle: [] };
}
