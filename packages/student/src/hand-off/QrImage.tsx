import { useMemo } from "preact/hooks";
import { encodeQr } from "./qr.ts";

/** The empty margin that readers need, in modules. */
const QUIET = 4;

/**
 * A QR code, dark on white in every colour scheme: many readers know no other. Nothing for a text that is too
 * long.
 */
export function QrImage({ text, label }: { text: string; label: string }) {
	const code = useMemo(() => encodeQr(text), [text]);
	if (code === null) return null;
	const size = code.length + 2 * QUIET;
	const path = code
		.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")))
		.join("");
	return (
		<svg
			class="qr"
			role="img"
			aria-label={label}
			viewBox={`0 0 ${size} ${size}`}
			shape-rendering="crispEdges"
		>
			<rect width={size} height={size} fill="#fff" />
			<path d={path} fill="#000" />
		</svg>
	);
}
