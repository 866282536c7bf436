import { CROCKFORD, foldTyped } from "./ids.ts";

/**
 * A code that a person carries from one device to another. The selector finds it, the verifier proves that it
 * was seen; only a hash of the verifier is stored.
 */
export type HandOffCode = { selector: string; verifier: string };

const SELECTOR_SYMBOLS = 4;
const VERIFIER_SYMBOLS = 5;
const SYMBOLS = SELECTOR_SYMBOLS + VERIFIER_SYMBOLS;
const GROUP = 3;

/** How long a code can be used. */
export const HAND_OFF_MINUTES = 10;

/** Makes a code of random bytes, of which it takes five bits each: 20 for the selector, 25 for the verifier. */
export function handOffCodeOf(random: Uint8Array): HandOffCode {
	const symbols = Array.from(random.subarray(0, SYMBOLS), (byte) => CROCKFORD.charAt(byte & 31)).join("");
	if (symbols.length < SYMBOLS) throw new Error(`A code takes ${SYMBOLS} random bytes.`);
	return { selector: symbols.slice(0, SELECTOR_SYMBOLS), verifier: symbols.slice(SELECTOR_SYMBOLS) };
}

/** The code in groups that can be read aloud: `7GK-2M9-XQ4`. */
export function formatHandOffCode({ selector, verifier }: HandOffCode): string {
	return (selector + verifier).match(new RegExp(`.{${GROUP}}`, "g"))?.join("-") ?? "";
}

/** Reads a code as people type it, see {@link foldTyped}; null when it cannot be one. */
export function parseHandOffCode(typed: string): HandOffCode | null {
	const folded = foldTyped(typed);
	return folded?.length === SYMBOLS
		? { selector: folded.slice(0, SELECTOR_SYMBOLS), verifier: folded.slice(SELECTOR_SYMBOLS) }
		: null;
}
