import type { Answer, Language } from "@carhythm/core";

/** One operation as it was sent, with the facts that the database must hold. */
export type JournalOperation = {
	operation_id: string;
	/** `hand_off` makes a code. It is the only kind that is not in the history. */
	kind:
		| "start"
		| "answer"
		| "clear"
		| "draft"
		| "move"
		| "hold"
		| "complete"
		| "abandon"
		| "restore"
		| "hand_off";
	question: { id: number; page_id: number } | null;
	/** Of an answer, or of a draft, where null discards it. */
	answer: Answer | null;
	/** Of a start, or of a move that changes the language. */
	language: Language | null;
	/** Of a hold. */
	holder: { device_id: string; label: string } | null;
};

/** A session as its student knows it. The id is null until its start is acknowledged. */
export type JournalSession = { session_id: string | null; started_by: string };

/** A code as its student knows it. The text is null until a reply has it. */
export type JournalCode = { text: string | null; made_by: string };

/**
 * One request that writes.
 *
 *     unknown (not sent, connection cut, 503) → sent again under the same ids → acknowledged │ refused
 *
 * Of an unknown write, the database must hold all operations or none.
 */
export type JournalWrite = {
	session: JournalSession;
	operations: readonly JournalOperation[];
	/** The session that the same transaction abandons. */
	abandons: JournalSession | null;
	/** The code that it redeems. */
	redeems_code: JournalCode | null;
	/** The code that it makes. */
	makes_code: JournalCode | null;
	state: "unknown" | "acknowledged" | "refused";
};

/** What students know from the server's replies, outside its process. */
export type Journal = {
	writes: JournalWrite[];
	/** Counts replies by method and status; `cut` where the connection was cut. */
	replies: Map<string, number>;
	/** Replies that violate the contract. */
	violations: string[];
	/**
	 * False from a power cut on: a reply that arrives then may be from before or after the cut, and proves
	 * nothing.
	 */
	accepts_replies: boolean;
};

export function createJournal(): Journal {
	return { writes: [], replies: new Map(), violations: [], accepts_replies: true };
}

/** How many operations have been acknowledged. */
export function acknowledged(journal: Journal): number {
	return journal.writes.reduce(
		(sum, { state, operations }) => sum + (state === "acknowledged" ? operations.length : 0),
		0,
	);
}

/** How many codes have been acknowledged as made, and as used. */
export function acknowledgedCodes({ writes }: Journal): { made: number; used: number } {
	const known = writes.filter(({ state }) => state === "acknowledged");
	return {
		made: known.filter(({ makes_code }) => makes_code).length,
		used: known.filter(({ redeems_code }) => redeems_code).length,
	};
}
