/** A QR code as rows of modules, true for dark, without the quiet zone around it. */
export type QrCode = readonly (readonly boolean[])[];

type Version = { codewords: number; blocks: number; ecc: number; alignment: readonly number[] };

/** Versions 1 to 9 at error correction M, which forgives a scratched screen: up to 180 bytes. ISO/IEC 18004, tables 7, 9 and E.1. */
const VERSIONS: readonly Version[] = [
	{ codewords: 26, blocks: 1, ecc: 10, alignment: [] },
	{ codewords: 44, blocks: 1, ecc: 16, alignment: [6, 18] },
	{ codewords: 70, blocks: 1, ecc: 26, alignment: [6, 22] },
	{ codewords: 100, blocks: 2, ecc: 18, alignment: [6, 26] },
	{ codewords: 134, blocks: 2, ecc: 24, alignment: [6, 30] },
	{ codewords: 172, blocks: 4, ecc: 16, alignment: [6, 34] },
	{ codewords: 196, blocks: 4, ecc: 18, alignment: [6, 22, 38] },
	{ codewords: 242, blocks: 4, ecc: 22, alignment: [6, 24, 42] },
	{ codewords: 292, blocks: 5, ecc: 22, alignment: [6, 26, 46] },
];

/** Encodes a text; null when it is too long to be scanned with ease. */
export function encodeQr(text: string): QrCode | null {
	const bytes = new TextEncoder().encode(text);
	const position = VERSIONS.findIndex(
		({ codewords, blocks, ecc }) => bytes.length + 2 <= codewords - blocks * ecc,
	);
	const version = VERSIONS[position];
	if (!version) return null;
	const number = position + 1;
	const bits = toBits(interleave(fill(bytes, version), version));
	const drawn = MASKS.map((mask, index) => draw(number, version, bits, mask, index));
	return drawn.reduce((best, other) => (penalty(other) < penalty(best) ? other : best));
}

/** Mode, length, the bytes, the end, and padding up to the version's capacity. */
function fill(bytes: Uint8Array, { codewords, blocks, ecc }: Version): number[] {
	const capacity = codewords - blocks * ecc;
	const nibbles = [4, bytes.length >> 4, bytes.length & 15];
	for (const byte of bytes) nibbles.push(byte >> 4, byte & 15);
	nibbles.push(0);
	const data: number[] = [];
	for (let at = 0; at < nibbles.length; at += 2)
		data.push(((nibbles[at] ?? 0) << 4) | (nibbles[at + 1] ?? 0));
	for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) data.push(pad);
	return data;
}

/** Splits the data into blocks, adds to each its error correction, and deals all of them out in turn. */
function interleave(data: readonly number[], { codewords, blocks, ecc }: Version): number[] {
	const short = Math.floor(codewords / blocks) - ecc;
	const long = codewords % blocks;
	const divisor = generator(ecc);
	const parts: { data: readonly number[]; ecc: readonly number[] }[] = [];
	for (let block = 0, from = 0; block < blocks; block += 1) {
		const length = short + (block >= blocks - long ? 1 : 0);
		const part = data.slice(from, from + length);
		parts.push({ data: part, ecc: remainder(part, divisor) });
		from += length;
	}
	const deal = (of: (part: (typeof parts)[number]) => readonly number[], length: number) =>
		Array.from({ length }, (_, i) => parts.flatMap((part) => of(part)[i] ?? [])).flat();
	return [...deal((part) => part.data, short + 1), ...deal((part) => part.ecc, ecc)];
}

/** Multiplication in the field of 256 elements over x⁸ + x⁴ + x³ + x² + 1. */
function multiply(a: number, b: number): number {
	let product = 0;
	for (let bit = 7; bit >= 0; bit -= 1) {
		product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a);
	}
	return product & 255;
}

function generator(degree: number): number[] {
	const result = Array<number>(degree).fill(0);
	result[degree - 1] = 1;
	for (let root = 1, i = 0; i < degree; i += 1, root = multiply(root, 2)) {
		for (let j = 0; j < degree; j += 1) {
			result[j] = multiply(result[j] ?? 0, root) ^ (result[j + 1] ?? 0);
		}
	}
	return result;
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
	const result = divisor.map(() => 0);
	for (const byte of data) {
		const factor = byte ^ (result.shift() ?? 0);
		result.push(0);
		for (const [i, coefficient] of divisor.entries()) {
			result[i] = (result[i] ?? 0) ^ multiply(coefficient, factor);
		}
	}
	return result;
}

function toBits(codewords: readonly number[]): boolean[] {
	return codewords.flatMap((word) => Array.from({ length: 8 }, (_, i) => ((word >> (7 - i)) & 1) === 1));
}

type Mask = (x: number, y: number) => boolean;

const MASKS: readonly Mask[] = [
	(x, y) => (x + y) % 2 === 0,
	(_, y) => y % 2 === 0,
	(x) => x % 3 === 0,
	(x, y) => (x + y) % 3 === 0,
	(x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
	(x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
	(x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
	(x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

type Grid = (boolean | null)[][];

function draw(number: number, version: Version, bits: readonly boolean[], mask: Mask, index: number): QrCode {
	const size = 17 + 4 * number;
	const grid: Grid = Array.from({ length: size }, () => Array<boolean | null>(size).fill(null));
	const set = (x: number, y: number, dark: boolean) => {
		const row = grid[y];
		if (row && x >= 0 && x < size) row[x] = dark;
	};
	drawFinders(size, set);
	drawAlignment(size, version.alignment, set);
	for (let i = 8; i < size - 8; i += 1) {
		set(6, i, i % 2 === 0);
		set(i, 6, i % 2 === 0);
	}
	drawFormat(size, index, set);
	if (number >= 7) drawVersion(size, number, set);
	return drawData(size, grid, bits, mask);
}

type Set = (x: number, y: number, dark: boolean) => void;

function drawFinders(size: number, set: Set): void {
	for (const [left, top] of [
		[3, 3],
		[size - 4, 3],
		[3, size - 4],
	] as const) {
		for (let dy = -4; dy <= 4; dy += 1) {
			for (let dx = -4; dx <= 4; dx += 1) {
				const ring = Math.max(Math.abs(dx), Math.abs(dy));
				set(left + dx, top + dy, ring !== 2 && ring !== 4);
			}
		}
	}
}

function drawAlignment(size: number, positions: readonly number[], set: Set): void {
	const last = size - 7;
	for (const x of positions) {
		for (const y of positions) {
			const isFinder = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
			if (isFinder) continue;
			for (let dy = -2; dy <= 2; dy += 1) {
				for (let dx = -2; dx <= 2; dx += 1) set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
			}
		}
	}
}

/** Error correction M and the mask, twice. */
function drawFormat(size: number, mask: number, set: Set): void {
	let rest = mask;
	for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
	const format = ((mask << 10) | rest) ^ 0x5412;
	const bit = (i: number) => ((format >> i) & 1) === 1;
	for (let i = 0; i <= 5; i += 1) set(8, i, bit(i));
	set(8, 7, bit(6));
	set(8, 8, bit(7));
	set(7, 8, bit(8));
	for (let i = 9; i < 15; i += 1) set(14 - i, 8, bit(i));
	for (let i = 0; i < 8; i += 1) set(size - 1 - i, 8, bit(i));
	for (let i = 8; i < 15; i += 1) set(8, size - 15 + i, bit(i));
	set(8, size - 8, true);
}

function drawVersion(size: number, number: number, set: Set): void {
	let rest = number;
	for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
	const info = (number << 12) | rest;
	for (let i = 0; i < 18; i += 1) {
		const dark = ((info >> i) & 1) === 1;
		const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
		set(a, b, dark);
		set(b, a, dark);
	}
}

/** In pairs of columns from the right, up and down in turn, around everything that is drawn already. */
function drawData(size: number, grid: Grid, bits: readonly boolean[], mask: Mask): QrCode {
	const result = grid.map((row) => row.map((dark) => dark ?? false));
	let next = 0;
	for (let right = size - 1; right >= 1; right -= 2) {
		if (right === 6) right = 5;
		const upwards = ((right + 1) & 2) === 0;
		for (let step = 0; step < size; step += 1) {
			const y = upwards ? size - 1 - step : step;
			for (const x of [right, right - 1]) {
				const row = result[y];
				if (!row || grid[y]?.[x] !== null) continue;
				row[x] = (bits[next] ?? false) !== mask(x, y);
				next += 1;
			}
		}
	}
	return result;
}

/** How hard a code is to read: long runs, blocks, what looks like a finder, and one colour outweighing the other. */
function penalty(code: QrCode): number {
	const size = code.length;
	const columns = Array.from({ length: size }, (_, x) => code.map((row) => row[x] ?? false));
	let total = 0;
	for (const line of [...code, ...columns]) {
		const text = line.map((dark) => (dark ? "1" : "0")).join("");
		for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) total += run.length - 2;
		total += 40 * [...text.matchAll(/(?=00001011101|10111010000)/g)].length;
	}
	let dark = 0;
	for (let y = 0; y < size; y += 1) {
		for (let x = 0; x < size; x += 1) {
			const here = code[y]?.[x];
			if (here) dark += 1;
			const isBlock = here === code[y]?.[x + 1] && here === code[y + 1]?.[x] && here === code[y + 1]?.[x + 1];
			if (isBlock) total += 3;
		}
	}
	return total + 10 * Math.floor(Math.abs((dark / (size * size)) * 20 - 10));
}
