import {
	inLanguage,
	type Profile,
	type ScaleGroup,
	type ScaleResult,
	type ScaleWords,
	wordsOfScales,
} from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { InterestsChart } from "./InterestsChart.tsx";
import { ScaleRow } from "./ScaleRow.tsx";
import { ScaleTable } from "./ScaleTable.tsx";

/** One group of scales: one chart, what is clear in words, a table, and the details on demand. */
export function GroupSection({ profile, group }: { profile: Profile; group: ScaleGroup }) {
	const m = useResultsMessages();
	const language = useLanguage();
	const scales = profile.scales.filter((scale) => scale.group === group.key);
	if (scales.length === 0) return null;
	const words = wordsOfScales(profile).filter(({ scale }) => scale.group === group.key);
	const isInterests = scales.some(({ kind }) => kind === "riasec");
	const name = inLanguage(group.name, language);
	return (
		<section class="results-group" aria-label={name}>
			<h2>{name}</h2>
			{group.description && <p class="quiet small">{inLanguage(group.description, language)}</p>}
			{isInterests ? (
				<InterestsChart interests={profile.interests} scales={scales} />
			) : (
				<>
					<ClearWords words={words} />
					<ul class="scale-rows">
						{scales.map((scale) => (
							<ScaleRow key={scale.key} scale={scale} />
						))}
					</ul>
				</>
			)}
			{scales.some(({ status }) => status === "preliminary") && (
				<p class="quiet small">{m.preliminary_key}</p>
			)}
			<div class="more">
				<ScaleTable scales={scales} caption={name} />
				<Details scales={scales} words={words} />
			</div>
		</section>
	);
}

/** The sentences of the results that lie clearly to one side; all others are among the details. */
function ClearWords({ words }: { words: readonly ScaleWords[] }) {
	const language = useLanguage();
	const clear = words.filter(({ scale, kind }) => kind === "plain" && scale.band !== "middle");
	if (clear.length === 0) return null;
	return (
		<ul class="clear-words">
			{clear.map(({ scale, told }) => (
				<li key={scale.key}>{inLanguage(told.text, language)}</li>
			))}
		</ul>
	);
}

function Details({ scales, words }: { scales: readonly ScaleResult[]; words: readonly ScaleWords[] }) {
	const m = useResultsMessages();
	const language = useLanguage();
	return (
		<details class="scale-details">
			<summary>{m.details}</summary>
			<dl>
				{scales.map((scale) => {
					const told = words.find((one) => one.scale === scale)?.told;
					return (
						<div key={scale.key}>
							<dt>{inLanguage(scale.name, language)}</dt>
							{scale.description && <dd class="quiet">{inLanguage(scale.description, language)}</dd>}
							{told && <dd>{inLanguage(told.text, language)}</dd>}
							{scale.status === "preliminary" && (
								<dd>{m.preliminary_row(inLanguage(scale.band_label, language))}</dd>
							)}
							<dd class="quiet small">{m.from_answers(scale.items_answered, scale.items_total)}</dd>
						</div>
					);
				})}
			</dl>
		</details>
	);
}
