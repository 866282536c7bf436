/** Chance that can be had again: the same seed gives the same choices. */
export type Chance = {
	/** From 0 up to, but not including, `below`. */
	nat(below: number): number;
	/** From `low` to `high`, both included. */
	between(low: number, high: number): number;
	/** True once in so many times. */
	oneIn(times: number): boolean;
	pick<T>(from: readonly T[]): T;
	bytes(count: number): Uint8Array;
	/** A chance of its own: what is drawn from it leaves this one as it is. */
	branch(): Chance;
};

/** Mulberry32: small, quick and good enough for choosing; nothing that has to be secret comes of it. */
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

/** Neighbouring seeds begin far from each other. */
function scatter(seed: number): number {
	const mixed = Math.imul((seed | 0) ^ (seed >>> 16), 0x45d9f3b);
	return Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b) ^ Math.floor(seed / 2 ** 32);
}
