/** The most kinds that are counted at a time; what comes beyond is not logged in its second. */
const MOST_KINDS = 1000;
const SECOND_MS = 1000;

/**
 * Lets one line a second be logged of each kind of refusal: a client that is refused a thousand times a second
 * must not fill the disk with its log. The first of a second is logged at once; how many more came is in the
 * next line of that kind, or in a line of its own when none comes.
 */
export type RepeatedRefusals = {
	/** @returns how many of this kind were left out before, or null where this one is to be left out */
	count(kind: string, line: () => object): { repeated: number } | null;
};

type Seen = { since: number; repeated: number; line: () => object };

/** @param flush logs a line for those that were left out */
export function createRepeatedRefusals(flush: (line: object) => void): RepeatedRefusals {
	const seen = new Map<string, Seen>();
	let timer: NodeJS.Timeout | null = null;
	const sweep = () => {
		const now = performance.now();
		for (const [kind, { since, repeated, line }] of seen) {
			if (now - since < SECOND_MS) continue;
			seen.delete(kind);
			if (repeated > 0) flush({ ...line(), repeated });
		}
		if (seen.size > 0) return;
		if (timer) clearInterval(timer);
		timer = null;
	};
	return {
		count(kind, line) {
			const now = performance.now();
			const last = seen.get(kind);
			if (last && now - last.since < SECOND_MS) {
				last.repeated += 1;
				return null;
			}
			if (!last && seen.size >= MOST_KINDS) return null;
			seen.set(kind, { since: now, repeated: 0, line });
			timer ??= setInterval(sweep, SECOND_MS).unref();
			return { repeated: last?.repeated ?? 0 };
		},
	};
}
