import { type Interests, inLanguage, isScored, type ScaleResult, secondTryOf } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { useMessages } from "../i18n/texts.ts";
import { Hexagon } from "./Hexagon.tsx";
import { ScaleRow } from "./ScaleRow.tsx";

/**
 * The six interest types: the hexagon, and a line for each, highest first. Types too close to tell apart stand
 * together, and there is no three-letter code.
 */
export function InterestsChart({
	interests,
	scales,
}: {
	interests: Interests | null;
	scales: readonly ScaleResult[];
}) {
	const m = useResultsMessages();
	const { list_comma } = useMessages();
	const language = useLanguage();
	if (interests === null) {
		return (
			<>
				<p>{m.no_interests}</p>
				<ul class="scale-rows">
					{scales.map((scale) => (
						<ScaleRow key={scale.key} scale={scale} />
					))}
				</ul>
			</>
		);
	}
	const corners = interests.hexagon.flatMap(({ key, share }) => {
		const scale = scales.find((candidate) => candidate.key === key);
		if (!scale || !isScored(scale)) return [];
		const name = inLanguage(scale.name, language);
		return [{ name, share, leads: interests.top.includes(key), ...secondTryOf(scale) }];
	});
	const entries = corners.map(({ name, share }) => m.hexagon_entry(name, share));
	return (
		<div class="interests-chart">
			<Hexagon corners={corners} label={m.hexagon(entries.join(list_comma))} />
			<div class="interests-rows">
				{interests.ranking.map((tied) => (
					<ul key={tied.join()} class={`scale-rows ${tied.length > 1 ? "scale-rows-tied" : ""}`}>
						{tied.map((key) => {
							const scale = scales.find((candidate) => candidate.key === key);
							return scale && <ScaleRow key={key} scale={scale} />;
						})}
						{tied.length > 1 && <li class="tied">{m.tied}</li>}
					</ul>
				))}
			</div>
		</div>
	);
}
