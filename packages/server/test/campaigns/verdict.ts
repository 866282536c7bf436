/** What the store says, held against what was promised. Every list is empty when all is well. */
export type Verdict = {
	/** Operations that were acknowledged and are not there, or are there with another value. */
	lost: string[];
	/** Requests of which a part is there, what does not equal the history, operations that nobody sent. */
	torn: string[];
	/** What the database says of itself. */
	corrupt: string[];
	/** Writes of unknown outcome that turned out to be there, and not. */
	present: number;
	absent: number;
};
