import { inLanguage, isScored, type ScaleResult, secondTryOf, unreachable } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { type ResultsMessages, useResultsMessages } from "../i18n/results-texts.ts";

/**
 * What a chart shows, as a table: always there for screen readers, and for everyone who asks for it.
 */
export function ScaleTable({ scales, caption }: { scales: readonly ScaleResult[]; caption: string }) {
	const m = useResultsMessages();
	const language = useLanguage();
	const [shown, setShown] = useState(false);
	return (
		<div class={`scale-table ${shown ? "scale-table-shown" : ""}`}>
			<button type="button" class="link" onClick={() => setShown(!shown)}>
				{shown ? m.hide_table : m.show_table}
			</button>
			{/* Focusable, because on a small phone the table scrolls sideways: by keys too. */}
			<div
				class={shown ? "table-scrolls" : "unseen"}
				{...(shown && { tabIndex: 0, role: "group", "aria-label": caption })}
			>
				<table>
					<caption class="unseen">{caption}</caption>
					<thead>
						<tr>
							<th scope="col">{m.table_scale}</th>
							<th scope="col">{m.table_place}</th>
							<th scope="col">{m.table_second_try}</th>
							<th scope="col">{m.table_answers}</th>
						</tr>
					</thead>
					<tbody>
						{scales.map((scale) => (
							<tr key={scale.key}>
								<th scope="row">{inLanguage(scale.name, language)}</th>
								<td>{placeOf(scale, m, (text) => inLanguage(text, language))}</td>
								<td>{secondTry(scale, m)}</td>
								<td>{m.of(scale.items_answered, scale.items_total)}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</div>
	);
}

function placeOf(
	scale: ScaleResult,
	m: ResultsMessages,
	words: (text: Parameters<typeof inLanguage>[0]) => string,
): string {
	switch (scale.status) {
		case "complete":
		case "prorated":
			return m.percent(scale.share);
		case "preliminary":
			return m.preliminary_row(words(scale.band_label));
		case "not_enough":
			return m.too_few;
		default:
			return unreachable(scale);
	}
}

function secondTry(scale: ScaleResult, m: ResultsMessages): string {
	if (!isScored(scale)) return "–";
	const { from, to } = secondTryOf(scale);
	return m.second_try(from, to);
}
