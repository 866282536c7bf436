import { inLanguage, type ScaleResult, unreachable } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { ScaleBar } from "./ScaleBar.tsx";

/** One scale: its place in its own range, in words and as a bar. */
export function ScaleView({ scale }: { scale: ScaleResult }) {
	const language = useLanguage();
	return (
		<article class="scale-card">
			<h3>{inLanguage(scale.name, language)}</h3>
			{scale.description && <p class="quiet small">{inLanguage(scale.description, language)}</p>}
			<Result scale={scale} />
		</article>
	);
}

function Result({ scale }: { scale: ScaleResult }) {
	const m = useMessages();
	const language = useLanguage();
	const { items_answered, items_total } = scale;
	switch (scale.status) {
		case "complete":
		case "prorated": {
			const band = inLanguage(scale.band_label, language);
			const name = inLanguage(scale.name, language);
			return (
				<>
					<ScaleBar band={scale.band} share={scale.share} label={m.results.bar(name, band, scale.share)} />
					<p class="scale-band">{band}</p>
					{scale.text && <p>{inLanguage(scale.text, language)}</p>}
					{scale.status === "prorated" && (
						<p class="quiet small">{m.results.prorated(items_answered, items_total)}</p>
					)}
				</>
			);
		}
		case "preliminary": {
			const band = inLanguage(scale.band_label, language);
			return (
				<>
					<ScaleBar band={scale.band} share={null} label={`${inLanguage(scale.name, language)}: ${band}`} />
					<p class="scale-band">{band}</p>
					<p class="quiet small">{m.results.preliminary(items_answered, items_total)}</p>
				</>
			);
		}
		case "not_enough":
			return <p class="quiet">{m.results.not_enough(items_answered, items_total)}</p>;
		default:
			return unreachable(scale);
	}
}
