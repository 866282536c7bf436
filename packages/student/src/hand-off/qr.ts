import { encode } from "uqr";

/** A QR code as rows of modules, true for dark, without the quiet zone around it. */
export type QrCode = readonly (readonly boolean[])[];

/** Version 9 has 53 modules a side: the largest that phones read from a screen with ease. */
const LARGEST_VERSION = 9;
/** What version 9 holds at error correction M. */
const MOST_BYTES = 180;

/**
 * Encodes a text, with an error correction that forgives a scratched screen; null when it is too long to be
 * scanned with ease.
 */
export function encodeQr(text: string): QrCode | null {
	if (new TextEncoder().encode(text).length > MOST_BYTES) return null;
	return encode(text, { ecc: "M", border: 0, maxVersion: LARGEST_VERSION }).data;
}
