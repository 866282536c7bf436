import type { Instant, SessionStatus } from "@carhythm/core";
import type { Selectable } from "kysely";
import type { NewEvent, Schema } from "../schema.ts";
import { expiryBase } from "../sessions/expiry.ts";
import type { StoredResult, StoredSession } from "../store.ts";
import type { WithDevices } from "./device-order.ts";

/** A late event as it is stored. */
export type LateRow = Selectable<Schema["session_events"]>;

/** What has become of a stored late event: to be written. */
type AppliedLate = Pick<LateRow, "id" | "outcome" | "at" | "value" | "result">;

/** What is already stored under an operation id. */
type KnownOperation = {
	fingerprint: string;
	result: StoredResult;
	kind: string;
	question_id: number | null;
	at: Instant;
	received_at: Instant;
};

/**
 * A session in a unit of work: its state with the answers and drafts of the questions that its batches name,
 * the operations already known, and what is to be written. All batches of one group for one session share it,
 * in order of arrival.
 */
export type SessionWrite = WithDevices & {
	known: Map<string, KnownOperation>;
	events: NewEvent[];
	touched_questions: Set<number>;
	abandoned_at: Instant | null;
	completed_at: Instant | null;
	status_before: SessionStatus;
	page_before: number | null;
	/** `last_activity` as stored, and as judged by. */
	activity_before: Instant;
	expiry_base: Instant;
	changed: boolean;
	/** Bytes of long values in the history: see history-bounds.ts. null where no long value comes. */
	value_bytes: number | null;
	/** Stored late events that wait, and what has become of those that were applied. */
	late: LateRow[];
	applied_late: AppliedLate[];
};

/** Takes a stored session into a unit of work. */
export function beginSessionWrite(session: StoredSession): SessionWrite {
	const expiry_base = expiryBase(session);
	return {
		// Whether the session has expired is judged from here on by its state alone.
		session: { ...session, state: { ...session.state, last_activity: expiry_base } },
		status_before: session.state.status,
		page_before: session.state.place?.page_id ?? null,
		activity_before: session.state.last_activity,
		expiry_base,
		known: new Map(),
		other_watermarks: new Map(),
		superseded_devices: new Set(),
		client_times: new Map(),
		events: [],
		touched_questions: new Set(),
		abandoned_at: session.abandoned_at,
		completed_at: session.completed_at,
		changed: false,
		value_bytes: null,
		late: [],
		applied_late: [],
	};
}
