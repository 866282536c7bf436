import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { LANGUAGES, useLanguage } from "../i18n/languages.ts";
import { type Beat, layoutRhythm } from "./rhythm-layout.ts";
import "./rhythm.css";

const PAGE_MARGIN = 40;
const WIDEST = 664;
/** A celebration lasts about this long, however many beats play. */
const PLAY_MS = 900;

/**
 * The product's face: a beat for every question. `plays` names the chapter whose beats play once, or all of them.
 */
export function RhythmLine({
	beats,
	label,
	size = "line",
	plays = null,
}: {
	beats: readonly Beat[];
	label: string;
	size?: "line" | "hero";
	plays?: number | "all" | null;
}) {
	const { direction } = LANGUAGES[useLanguage()];
	const box = useRef<SVGSVGElement>(null);
	const width = useWidth(box);
	const bars = layoutRhythm(beats, width, direction === "rtl");
	const playing = bars.filter((bar) => plays === "all" || bar.chapter === plays);
	return (
		<svg ref={box} class={`rhythm rhythm-${size}`} role="img" aria-label={label}>
			{bars.map((bar, i) => {
				const height = bar.state === "now" ? 100 : Math.round(bar.height * 100);
				const turn = playing.indexOf(bar);
				return (
					<rect
						// biome-ignore lint/suspicious/noArrayIndexKey: a beat is its place in the line.
						key={i}
						class={`beat beat-${bar.state} ${turn < 0 ? "" : "beat-plays"}`}
						x={bar.x}
						y={`${(100 - height) / 2}%`}
						width={bar.width}
						height={`${height}%`}
						rx={Math.min(3, bar.width / 2)}
						{...(turn < 0
							? {}
							: { style: { animationDelay: `${Math.round((turn / playing.length) * PLAY_MS)}ms` } })}
					/>
				);
			})}
		</svg>
	);
}

/** The width of an element, guessed from the window until it is measured, so that nothing jumps. */
function useWidth(box: { readonly current: SVGSVGElement | null }): number {
	const [width, setWidth] = useState(() =>
		Math.min(WIDEST, document.documentElement.clientWidth - PAGE_MARGIN),
	);
	useLayoutEffect(() => {
		const element = box.current;
		if (element === null) return undefined;
		const measure = () => {
			const measured = element.getBoundingClientRect().width;
			if (measured > 0) setWidth(measured);
		};
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, [box]);
	return width;
}
