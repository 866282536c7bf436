import { setTimeout as sleep } from "node:timers/promises";

// The two loops that wait for something outside of this process:
//
//   retry: attempt → (value → return it | refused for now → pause → attempt | failed or out of time → throw)
//   poll:  look → (done → return it | not yet → pause → look | out of time → return what was seen last)

/**
 * How long is waited before another attempt. Processes that failed together shall not come back together, so
 * a pause can be spread over a range.
 */
export type Pause = {
	first_ms: number;
	/** The pause doubles after each failure until it is this long; without it, it stays as it is. */
	longest_ms?: number;
	/** By what the pause is multiplied: a random number from the one to the other. */
	spread?: readonly [from: number, to: number];
};

type Waiting = {
	pause: Pause;
	/** Once this has passed, no other pause and attempt follows. The first attempt is always made. */
	patience_ms?: number;
	/** Told before every pause, with how many attempts failed so far. What it returns is waited for. */
	onPause?: (failures: number) => void | Promise<void>;
};

/**
 * Runs work that may be refused for now, and runs it again after a pause.
 * @example await retry(() => sendBatch(), { isRetryable: isLockTimeout, attempts: 5, pause: { first_ms: 50 } })
 * @throws what the last attempt threw: when it is not retryable, or attempts or time are used up
 */
export async function retry<T>(
	attempt: () => Promise<T>,
	{
		isRetryable,
		attempts = Number.POSITIVE_INFINITY,
		...waiting
	}: Waiting & { isRetryable: (error: unknown) => boolean; attempts?: number },
): Promise<T> {
	const pauseAfter = createPause(waiting);
	for (let failures = 1; ; failures += 1) {
		try {
			return await attempt();
		} catch (error) {
			if (failures >= attempts || !isRetryable(error) || !(await pauseAfter(failures))) throw error;
		}
	}
}

type Polling<T> = Waiting & { isDone: (seen: T) => boolean };

/**
 * Looks at something again and again until it is as it should be.
 * @example
 * const lock = await poll(() => tryLock(), { isDone: (lock) => lock !== null, pause: { first_ms: 100 } })
 * @returns what was seen last; with `patience_ms` that may not be what was waited for
 */
export async function poll<T, Done extends T>(
	look: () => T | Promise<T>,
	rules: Waiting & { isDone: (seen: T) => seen is Done; patience_ms?: never },
): Promise<Done>;
export async function poll<T>(look: () => T | Promise<T>, rules: Polling<T>): Promise<T>;
export async function poll<T>(look: () => T | Promise<T>, { isDone, ...waiting }: Polling<T>): Promise<T> {
	const pauseAfter = createPause(waiting);
	for (let failures = 1; ; failures += 1) {
		const seen = await look();
		if (isDone(seen) || !(await pauseAfter(failures))) return seen;
	}
}

/** Waits after a failure, counted from 1; false when the time is used up, and then without waiting. */
function createPause({ pause, patience_ms = Number.POSITIVE_INFINITY, onPause }: Waiting) {
	const deadline = performance.now() + patience_ms;
	return async (failures: number): Promise<boolean> => {
		if (performance.now() >= deadline) return false;
		await onPause?.(failures);
		await sleep(pauseLength(pause, failures));
		return true;
	};
}

/** The length in milliseconds of the pause after so many failures, counted from 1. */
export function pauseLength(
	{ first_ms, longest_ms = first_ms, spread: [from, to] = [1, 1] }: Pause,
	failures: number,
	random: () => number = Math.random,
): number {
	const length = Math.min(first_ms * 2 ** (failures - 1), longest_ms);
	return length * (from + random() * (to - from));
}
