/** The low half of a total; the high half is beyond every sum of 32 bits over any number of rows there will be. */
const HALF = 96n;

/**
 * Adds up hashes of values, one sum a column. SQLite has no hash function, and a cryptographic one for every
 * value of a million rows would take most of a minute: this one finds accidents, which is all that it is for.
 */
export function createSums(columns: number) {
	const high = new Float64Array(columns);
	const low = new Float64Array(columns);
	const totals = new Array<bigint>(columns).fill(0n);
	const seed: Pair = new Int32Array(2);
	const hash: Pair = new Int32Array(2);
	let rows = 0;
	return {
		/** One row: what tells it from others, and a value for each column. */
		add(identity: readonly unknown[], values: readonly unknown[]): void {
			rows += 1;
			seed[0] = 0x9e3779b9;
			seed[1] = 0x85ebca6b;
			for (const part of identity) hashInto(seed, seed, part);
			for (let i = 0; i < columns; i++) {
				hashInto(hash, seed, values[i]);
				high[i] = (high[i] ?? 0) + ((hash[0] ?? 0) >>> 0);
				low[i] = (low[i] ?? 0) + ((hash[1] ?? 0) >>> 0);
			}
		},
		/** To be called at least once in a million rows, before a number can no longer hold the sum exactly. */
		fold(): void {
			for (let i = 0; i < columns; i++) {
				totals[i] = (totals[i] ?? 0n) + (BigInt(high[i] ?? 0) << HALF) + BigInt(low[i] ?? 0);
			}
			high.fill(0);
			low.fill(0);
		},
		rows: () => rows,
		totals: (): readonly bigint[] => totals,
	};
}

/** Two halves of a hash. */
type Pair = Int32Array;

function hashInto(into: Pair, seed: Pair, value: unknown): void {
	let a = seed[0] ?? 0;
	let b = seed[1] ?? 0;
	// The text 1 and the number 1 are two things.
	if (typeof value === "number" && Number.isInteger(value)) {
		a = Math.imul(a ^ (value | 0), 0x9e3779b1);
		b = Math.imul(b ^ Math.floor(value / 0x1_0000_0000) ^ (a >>> 15) ^ 1, 0x5f356495);
	} else if (value === null || value === undefined) {
		a ^= 2;
	} else {
		const text = textOf(value);
		a = Math.imul(a ^ text.length, 0x9e3779b1);
		b ^= typeof value === "string" ? 3 : 4;
		for (let i = 0; i < text.length; i++) {
			const code = text.charCodeAt(i);
			a = Math.imul(a ^ code, 0x9e3779b1);
			b = Math.imul(b ^ code ^ (a >>> 15), 0x5f356495);
		}
	}
	a = Math.imul(a ^ (a >>> 16) ^ b, 0x85ebca6b);
	b = Math.imul(b ^ (b >>> 15) ^ a, 0xc2b2ae35);
	into[0] = a ^ (a >>> 13);
	into[1] = b ^ (b >>> 16);
}

function textOf(value: unknown): string {
	if (typeof value === "string") return value;
	return Buffer.isBuffer(value) ? value.toString("latin1") : String(value);
}
