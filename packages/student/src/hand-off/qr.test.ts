import jsQr from "jsqr";
import { expect, test } from "vitest";
import { encodeQr, type QrCode } from "./qr.ts";

/** What a camera sees of it, read by somebody else's reader. */
function scan(code: QrCode): string | undefined {
	const [scale, quiet] = [3, 4];
	const size = (code.length + 2 * quiet) * scale;
	const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
	for (let y = 0; y < size; y += 1) {
		for (let x = 0; x < size; x += 1) {
			if (!code[Math.floor(y / scale) - quiet]?.[Math.floor(x / scale) - quiet]) continue;
			pixels.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
		}
	}
	return jsQr(pixels, size, size)?.data;
}

test("every length that fits is read back as it was written", () => {
	const sizes = new Set<number>();
	for (let length = 1; length <= 180; length += 1) {
		const text = `https://school.example/#continue=7GK-2M9-XQ4${"x".repeat(200)}`.slice(0, length);
		const code = encodeQr(text);
		if (!code) throw new Error(`${length} characters did not fit.`);
		sizes.add(code.length);
		expect(scan(code)).toBe(text);
	}
	// Every version from 1 to 9 was among them.
	expect([...sizes]).toEqual([21, 25, 29, 33, 37, 41, 45, 49, 53]);
});

test("a link that is too long to scan with ease has no picture", () => {
	expect(encodeQr("x".repeat(181))).toBeNull();
});

test("an address in another script is read back too", () => {
	const code = encodeQr("http://مدرسة.example/#continue=7GK-2M9-XQ4");
	expect(code && scan(code)).toBe("http://مدرسة.example/#continue=7GK-2M9-XQ4");
});
