import { type Assessment, inLanguage } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import "./sources.css";

/** Where the assessment's texts come from, as their licences ask. Closed until it is asked for. */
export function Sources({ assessment }: { assessment: Assessment }) {
	const m = useMessages();
	const language = useLanguage();
	const { attribution = [] } = assessment;
	if (attribution.length === 0) return null;
	return (
		<details class="sources">
			<summary>{m.sources}</summary>
			<ul>
				{attribution.map((source) => (
					<li key={source.en}>{inLanguage(source, language)}</li>
				))}
			</ul>
		</details>
	);
}
