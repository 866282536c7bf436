import type { History, HistoryEntry, ModelCommand } from "./history.ts";
import type { Receipt } from "./receipt.ts";

/** The state of the reference: what a server knows that obeys the contract. */
export type Reference = {
	now: number;
	sessions: ReferenceSession[];
	/** Sessions by the operation id of their start. */
	starts: Map<string, KnownStart>;
};

/** What a start said, which session it got, and when. */
type KnownStart = { input: string; slot: number; at: number };

export type ReferenceSession = History & {
	slot: number;
	replaced_by: number | null;
	erased: boolean;
	/** Fresh starts that got an existing successor, because this session had been replaced before. */
	redirected: Map<string, KnownStart>;
	/** Its hand-off codes, oldest first. */
	codes: Code[];
};

/** A code that continues a session on another device. */
export type Code = {
	operation_id: string | null;
	/** The text that the server chose. */
	text: string;
	/** Whether a newer code has its selector. */
	selector_reused: boolean;
	expires: number;
	wrong_guesses: number;
	/** The operation that used it; its id is null if it had none. */
	used: { operation_id: string | null } | null;
};

export type ModelOperation = {
	operation_id: string | null;
	client_time: number | null;
	command: ModelCommand;
	/** The code with which its content is refused; null if it is valid. */
	refusal_code: string | null;
	/** The id of the write that the student saw, null for none. Absent where the client does not say it. */
	after?: string | null | undefined;
};

export type Sender = {
	device_id: string | null;
	sent_at: number | null;
	stores_late: boolean;
	/**
	 * Of a sync: its operations are received together, and late entries are applied after the last of them.
	 */
	receipt?: Receipt;
};

export const UNKNOWN_SENDER: Sender = { device_id: null, sent_at: null, stores_late: false };

export type Refused = { refused: string };

export function newReference(now: number): Reference {
	return { now, sessions: [], starts: new Map() };
}

export function findEntry(session: History, operation_id: string): HistoryEntry | undefined {
	return session.entries.find((entry) => entry.operation_id === operation_id);
}
