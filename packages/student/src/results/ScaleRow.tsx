import { clearSide, inLanguage, isScored, type ScaleResult } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { RangeBar } from "./RangeBar.tsx";

/**
 * One line of a chart: the bar between the words for its two ends, or beside its name. A scale with words for
 * its ends is named in the table and the details.
 */
export function ScaleRow({ scale }: { scale: ScaleResult }) {
	const m = useResultsMessages();
	const language = useLanguage();
	const mark =
		scale.status === "preliminary" ? m.preliminary : scale.status === "not_enough" ? m.too_few : null;
	const { poles } = scale;
	const name = inLanguage(scale.name, language);
	if (!poles) {
		return (
			<li class="scale-row">
				<span>
					{name}
					{mark && <small class="mark"> {mark}</small>}
				</span>
				<RangeBar scale={scale} />
			</li>
		);
	}
	const side = isScored(scale) ? clearSide(scale) : null;
	return (
		<li class="scale-row scale-row-poles">
			<span class="unseen">{name}: </span>
			<span class={side === "higher" ? "far" : ""}>
				{inLanguage(poles.low, language)}
				{mark && <small class="mark"> {mark}</small>}
			</span>
			<RangeBar scale={scale} />
			<span class={side === "lower" ? "far" : ""}>{inLanguage(poles.high, language)}</span>
		</li>
	);
}
