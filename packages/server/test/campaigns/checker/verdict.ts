/** The result of comparing a database with the journal. Every list is empty when all is well. */
export type Verdict = {
	/** Acknowledged operations that are missing, or are stored with another value. */
	lost: string[];
	/**
	 * Requests that are stored in part, state that differs from the history, operations that no student sent.
	 */
	torn: string[];
	/** Damage that the database's own checks report. */
	corrupt: string[];
	/** How many writes of unknown outcome are stored, and how many are not. */
	present: number;
	absent: number;
};
