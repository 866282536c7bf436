import { type AssessmentIndex, inLanguage } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";

/** The chapters with their length, as a map of what is to come. */
export function ChapterList({ index }: { index: AssessmentIndex }) {
	const m = useMessages();
	const language = useLanguage();
	return (
		<section aria-labelledby="chapters">
			<h2 id="chapters">{m.welcome.chapters}</h2>
			<ol class="chapter-list">
				{index.assessment.chapters.map((chapter, i) => {
					const total = index.places.filter((place) => place.chapter === chapter).length;
					return (
						<li key={chapter.key}>
							<span class="chapter-number" aria-hidden="true">
								{m.number(i + 1)}
							</span>
							<div>
								<h3>{inLanguage(chapter.title, language)}</h3>
								{chapter.description && (
									<p class="quiet small">{inLanguage(chapter.description, language)}</p>
								)}
								<p class="quiet small">{m.welcome.chapter_meta(total, chapter.estimated_minutes)}</p>
							</div>
						</li>
					);
				})}
			</ol>
		</section>
	);
}
