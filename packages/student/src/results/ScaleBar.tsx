import type { ScaleResult } from "@carhythm/core";
import { useMessages } from "../i18n/texts.ts";

type Band = Extract<ScaleResult, { status: "complete" | "prorated" }>["band"];

const BANDS: readonly Band[] = ["lower", "middle", "higher"];

/**
 * The possible range in its three parts, as wide as they are, with a mark where the answers lie; no mark
 * without a number.
 */
export function ScaleBar({ band, share, label }: { band: Band; share: number | null; label: string }) {
	const m = useMessages();
	const names: Readonly<Record<Band, string>> = {
		lower: m.results.bar_low,
		middle: m.results.bar_middle,
		higher: m.results.bar_high,
	};
	return (
		<div class="bar" role="img" aria-label={label}>
			{BANDS.map((part) => (
				<span key={part} class={`bar-part ${part === band ? "bar-here" : ""}`}>
					{names[part]}
				</span>
			))}
			{share !== null && <span class="bar-mark" style={{ insetInlineStart: `${share * 100}%` }} />}
		</div>
	);
}
