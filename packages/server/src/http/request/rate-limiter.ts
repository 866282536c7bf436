import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** Points in so many seconds. */
type Window = { points: number; seconds: number };

/** Counts by a key. */
export type RateLimiter = {
	/** @returns seconds to wait when the key is over its limit, else null */
	spend(key: string, points?: number): Promise<number | null>;
	/** Counts what has happened already; the next one who spends may have to wait for it. */
	charge(key: string, points: number): Promise<void>;
	/** Takes back what was spent. */
	giveBack(key: string): Promise<void>;
	/** @returns as `spend`, without spending */
	wait(key: string): Promise<number | null>;
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
				if (rejection instanceof RateLimiterRes) return secondsOf(rejection);
				throw rejection;
			}
		},
		async charge(key, amount) {
			await (extra ?? rate).penalty(key, amount);
		},
		async giveBack(key) {
			await rate.reward(key);
		},
		async wait(key) {
			const spent = await rate.get(key);
			return spent && spent.remainingPoints <= 0 ? secondsOf(spent) : null;
		},
	};
}

function secondsOf({ msBeforeNext }: RateLimiterRes): number {
	return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
