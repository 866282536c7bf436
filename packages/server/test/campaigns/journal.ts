import type { Answer, Language } from "@carhythm/core";

/** One operation as it was sent, with what the store has to keep of it. */
export type JournalOperation = {
	operation_id: string;
	/** `hand_off` makes a code: the only one that is not in the history. */
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
	/** Of an answer; of a draft too, where null discards what was typed. */
	answer: Answer | null;
	/** Of a start; of a move that changes it. */
	language: Language | null;
	/** Of a hold. */
	holder: { device_id: string; label: string } | null;
};

/** A session as its student knows it; the id is null until a start was acknowledged. */
export type JournalSession = { session_id: string | null; started_by: string };

/** A code as its student knows it; the text is null until it was given out. */
export type JournalCode = { text: string | null; made_by: string };

/**
 * One request that writes. `unknown` after a cut connection or a 503: its operations are all there or none
 * is. A student sends it again, with the same ids, until it is one of the others.
 */
export type JournalWrite = {
	session: JournalSession;
	operations: readonly JournalOperation[];
	/** The session that this one sets aside in the same transaction. */
	sets_aside: JournalSession | null;
	/** The code by which it takes the session to another device. */
	redeems: JournalCode | null;
	/** The code that it makes. */
	makes: JournalCode | null;
	state: "unknown" | "acknowledged" | "refused";
};

/** What the students, outside the server's process, know to have been promised. */
export type Journal = {
	writes: JournalWrite[];
	/** Replies by method and status; `cut` where none came. */
	replies: Map<string, number>;
	/** Replies that the contract does not allow. */
	wrong: string[];
	/** From the moment of a cut on nothing counts as acknowledged: the reply may be older or younger than the cut. */
	isOpen: boolean;
};

export function aJournal(): Journal {
	return { writes: [], replies: new Map(), wrong: [], isOpen: true };
}

/** How many operations were acknowledged so far. */
export function acknowledged(journal: Journal): number {
	return journal.writes.reduce(
		(sum, { state, operations }) => sum + (state === "acknowledged" ? operations.length : 0),
		0,
	);
}

/** How many codes were acknowledged so far: made, and used. */
export function acknowledgedCodes({ writes }: Journal): { made: number; used: number } {
	const known = writes.filter(({ state }) => state === "acknowledged");
	return {
		made: known.filter(({ makes }) => makes).length,
		used: known.filter(({ redeems }) => redeems).length,
	};
}
