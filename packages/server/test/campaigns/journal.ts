import type { Answer } from "@carhythm/core";

/** One operation as it was sent, with what the history has to keep of it. */
export type JournalOperation = {
	operation_id: string;
	kind: "start" | "answer" | "clear" | "draft" | "move" | "complete" | "abandon" | "restore";
	question_id: number | null;
	answer: Answer | null;
};

/** A session as its student knows it; the id is null until a start was acknowledged. */
export type JournalSession = { session_id: string | null; started_by: string };

/**
 * One request that writes. `unknown` after a cut connection or a 503: its operations are all there or none is. A student sends
 * it again, with the same ids, until it is one of the others.
 */
export type JournalWrite = {
	session: JournalSession;
	operations: readonly JournalOperation[];
	/** The session that this one sets aside in the same transaction. */
	sets_aside: JournalSession | null;
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
