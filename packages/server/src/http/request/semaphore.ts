/** What comes of work for which there is no room in the queue. */
export const QUEUE_FULL = Symbol("queue full");

/**
 * Lets few pieces of work run at a time; the others wait, first come, first served.
 * @param most_waiting how many may wait; one more is not run, and comes to {@link QUEUE_FULL}
 */
export function createSemaphore(
	most: number,
	most_waiting: number,
): <T>(work: () => Promise<T>) => Promise<T | typeof QUEUE_FULL> {
	const waiting: (() => void)[] = [];
	let running = 0;
	return async (work) => {
		if (running < most) running += 1;
		else if (waiting.length >= most_waiting) return QUEUE_FULL;
		// A finished call hands its place on.
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else running -= 1;
		}
	};
}
