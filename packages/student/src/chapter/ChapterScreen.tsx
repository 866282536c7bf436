import { answerTo, chapterProgress, inLanguage, sessionBadges, sessionXp } from "@carhythm/core";
import { useFocusOnEnter, useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { SaveLine } from "../parts/SaveLine.tsx";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { SetAsideNotice } from "../parts/SetAsideNotice.tsx";
import { badgeName } from "../parts/XpGain.tsx";
import { SessionHeader } from "../session-header/SessionHeader.tsx";
import { goBack, goNext } from "../visit/actions.ts";
import type { Route } from "../visit/routes.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** Between chapters: what was done, then what comes and how to answer it. */
export function ChapterScreen({ route }: { route: Extract<Route, { kind: "chapter" }> }) {
	const m = useMessages();
	const language = useLanguage();
	const visit = useVisit();
	const { index, state } = useSessionView();
	const heading = useFocusOnEnter();
	const progress = chapterProgress(index, state);
	const coming = progress[route.chapter];
	const done = progress[route.chapter - 1];
	if (coming === undefined) return null;
	const { chapter } = coming;
	const first = index.places.find((candidate) => candidate.chapter === chapter)?.index ?? null;
	const open = done ? done.total - done.answered : 0;
	const here = first !== null && answerTo(state, index.places[first]?.question.id ?? 0) ? null : first;
	return (
		<div class="screen">
			<SessionHeader />
			<SessionRhythm
				index={index}
				state={state}
				now={here}
				plays={done && open === 0 ? route.chapter - 1 : null}
			/>
			<main class="centred enters">
				<SetAsideNotice />
				{done && (
					<div class="chapter-done">
						<p class="chapter-done-title">
							{open === 0 ? m.chapter.done(route.chapter) : m.chapter.passed(route.chapter)}
						</p>
						<p>
							{open === 0
								? done.chapter.completion_message && inLanguage(done.chapter.completion_message, language)
								: m.chapter.open(open)}
						</p>
						<p class="quiet small">
							{[
								...(sessionXp(state) > 0 ? [m.xp(sessionXp(state))] : []),
								...sessionBadges(state)
									.slice(-1)
									.map((badge) => badgeName(m, badge)),
							].join(" · ")}
						</p>
					</div>
				)}
				<div class="chapter-coming">
					<p class="chapter-line">
						{m.progress.chapter(route.chapter + 1, inLanguage(chapter.title, language))}
					</p>
					<h1 ref={heading} tabIndex={-1} class="chapter-instruction">
						{inLanguage(chapter.instruction ?? chapter.description ?? chapter.title, language)}
					</h1>
					<p class="quiet">{m.chapter.meta(coming.total, chapter.estimated_minutes)}</p>
				</div>
			</main>
			<footer class="foot">
				<button type="button" class="primary" onClick={() => goNext(visit, route)}>
					{route.chapter === 0 ? m.chapter.begin : m.chapter.continue(route.chapter + 1)}
				</button>
				<div class="foot-row">
					<SaveLine />
					<button type="button" class="ghost" onClick={() => goBack(visit, route)}>
						{m.back}
					</button>
				</div>
			</footer>
		</div>
	);
}
