/** Points in so many seconds. */
type Window = { points: number; seconds: number };

/** Counts by a key. */
export type RateLimiter = {
	/** What does not fit is not counted. @returns seconds to wait when the key is over its limit, else null */
	spend(key: string, points?: number): number | null;
	/** Counts what has happened already; the next one who spends may have to wait for it. */
	charge(key: string, points: number): void;
};

/**
 * A rate limit in this process's memory. The window of a key begins when the key is first used, and the key is
 * forgotten after it. It is synchronous, unlike libraries for this, because an answer spends from six of them.
 * @param burst points on top of the rate, in a longer window of their own
 * @param now milliseconds of a clock that is never set back
 */
export function createRateLimiter(
	rate: Window,
	burst?: Window,
	now: () => number = () => performance.now(),
): RateLimiter {
	const ofRate = createCounter(rate);
	const ofBurst = burst && createCounter(burst);
	return {
		spend(key, points = 1) {
			const at = now();
			if (ofRate.fits(key, points, at)) {
				ofRate.add(key, points, at);
				return null;
			}
			if (ofBurst?.fits(key, points, at)) {
				ofBurst.add(key, points, at);
				return null;
			}
			const wait = Math.min(ofRate.endOf(key, at), ofBurst?.endOf(key, at) ?? Number.POSITIVE_INFINITY) - at;
			return Math.max(1, Math.ceil(wait / 1000));
		},
		charge(key, points) {
			(ofBurst ?? ofRate).add(key, points, now());
		},
	};
}

/** What each key has used of its window. */
export function createCounter({ points: most, seconds }: Window) {
	const length = seconds * 1000;
	const windows = new Map<string, { used: number; ends_at: number }>();
	let next_sweep = 0;
	const openOf = (key: string, at: number) => {
		const found = windows.get(key);
		return found && at < found.ends_at ? found : undefined;
	};
	return {
		fits: (key: string, points: number, at: number) => (openOf(key, at)?.used ?? 0) + points <= most,
		add(key: string, points: number, at: number) {
			const open = openOf(key, at);
			if (open) open.used += points;
			else windows.set(key, { used: points, ends_at: at + length });
			if (at < next_sweep) return;
			for (const [old, { ends_at }] of windows) if (ends_at <= at) windows.delete(old);
			next_sweep = at + length;
		},
		/** Keys that are remembered. */
		size: () => windows.size,
		endOf: (key: string, at: number) => openOf(key, at)?.ends_at ?? at + length,
	};
}
