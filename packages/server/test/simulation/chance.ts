/** Random choices that a seed repeats. */
export type Chance = {
	/** A whole number from 0 up to, but not including, `below`. */
	nat(below: number): number;
	/** A whole number from `low` to `high`, both included. */
	between(low: number, high: number): number;
	/** True once in so many times. */
	oneIn(times: number): boolean;
	pick<T>(from: readonly T[]): T;
	bytes(count: number): Uint8Array;
	/** A new generator. Draws from it do not change the draws from this one. */
	branch(): Chance;
};

/** A generator of this seed: Mulberry32, which is small and fast, and not fit for secrets. */
export function chanceOf(seed: number): Chance {
	let state = scatter(seed);
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return (mixed ^ (mixed >>> 14)) >>> 0;
	};
	const nat = (below: number) => Math.floor((next() / 2 ** 32) * below);
	return {
		nat,
		between: (low, high) => low + nat(high - low + 1),
		oneIn: (times) => nat(times) === 0,
		pick: (from) => {
			const chosen = from[nat(from.length)];
			if (chosen === undefined) throw new Error("There is nothing to pick from.");
			return chosen;
		},
		bytes: (count) => Uint8Array.from({ length: count }, () => next() & 255),
		branch: () => chanceOf(next()),
	};
}

/** Spreads seeds, so that neighbours begin with different states. */
function scatter(seed: number): number {
	const mixed = Math.imul((seed | 0) ^ (seed >>> 16), 0x45d9f3b);
	return Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b) ^ Math.floor(seed / 2 ** 32);
}
