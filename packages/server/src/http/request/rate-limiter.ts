import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** Points in so many seconds. */
type Window = { points: number; seconds: number };

/** Counts by a key. */
export type RateLimiter = {
	/** @returns seconds to wait when the key is over its limit, else null */
	spend(key: string, points?: number): Promise<number | null>;
	/** Counts what has happened already; the next one who spends may have to wait for it. */
	charge(key: string, points: number): Promise<void>;
};

/**
 * A rate limit in this process's memory. A key that is not used is forgotten after its window.
 * @param burst points on top of the rate, in a longer window of their own
 */
export function createRateLimiter({ points, seconds }: Window, burst?: Window): RateLimiter {
	const rate = new RateLimiterMemory({ points, duration: seconds });
	const extra = burst && new RateLimiterMemory({ points: burst.points, duration: burst.seconds });
	const limiter = extra ? new BurstyRateLimiter(rate, extra) : rate;
	return {
		async spend(key, amount = 1) {
			try {
				await limiter.consume(key, amount);
				return null;
			} catch (rejection) {
				if (!(rejection instanceof RateLimiterRes)) throw rejection;
				// The library counts what it refuses: a batch that is too much now would block all that would fit.
				await rate.reward(key, amount);
				await extra?.reward(key, amount);
				return secondsOf(rejection);
			}
		},
		async charge(key, amount) {
			await (extra ?? rate).penalty(key, amount);
		},
	};
}

function secondsOf({ msBeforeNext }: RateLimiterRes): number {
	return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
