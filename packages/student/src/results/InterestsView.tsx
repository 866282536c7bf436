import { type Interests, inLanguage, type ScaleResult } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { Hexagon } from "./Hexagon.tsx";

/**
 * The six interest types side by side. Types too close to tell apart share a line, and there is no
 * three-letter code.
 */
export function InterestsView({
	interests,
	scales,
}: {
	interests: Interests | null;
	scales: readonly ScaleResult[];
}) {
	const m = useMessages();
	const language = useLanguage();
	if (interests === null) return <p class="quiet">{m.results.no_interests}</p>;
	const nameOf = (key: string) => {
		const scale = scales.find((candidate) => candidate.key === key);
		return scale ? inLanguage(scale.name, language) : key;
	};
	const corners = interests.hexagon.map(({ key, share }) => ({ name: nameOf(key), share }));
	const entries = corners.map(({ name, share }) => m.results.hexagon_entry(name, share));
	return (
		<>
			<p>{inLanguage(interests.summary, language)}</p>
			<figure class="hexagon-figure">
				<Hexagon corners={corners} label={m.results.hexagon(entries.join(m.list_comma))} />
				<figcaption>
					{!interests.flat && (
						<ol class="results-ranking" aria-label={m.results.ranking}>
							{interests.ranking.map((tied) => (
								<li key={tied.join()}>
									{tied.map(nameOf).join(m.list_comma)}
									{tied.length > 1 && <span class="quiet small"> ({m.results.tied})</span>}
								</li>
							))}
						</ol>
					)}
					<details>
						<summary>{m.results.table}</summary>
						<table>
							<thead>
								<tr>
									<th scope="col">{m.results.table_scale}</th>
									<th scope="col">{m.results.table_result}</th>
								</tr>
							</thead>
							<tbody>
								{corners.map(({ name, share }) => (
									<tr key={name}>
										<th scope="row">{name}</th>
										<td>{m.percent(share)}</td>
									</tr>
								))}
							</tbody>
						</table>
					</details>
				</figcaption>
			</figure>
		</>
	);
}
