import { inLanguage, minutesLeft } from "@carhythm/core";
import { useEffect, useMemo } from "preact/hooks";
import { useLanguage, useMessages } from "../../shared/i18n/language.ts";
import { useFocusOnEnter } from "../../shared/ui/focus.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { refusalText } from "../app/errors.ts";
import type { Route } from "../app/routes.ts";
import { useSessionView, useVisit } from "../app/visit.ts";
import { SessionHeader } from "../parts/SessionHeader.tsx";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { SetAsideNotice } from "../parts/SetAsideNotice.tsx";
import { RefusedNotice } from "../refused/RefusedNotice.tsx";
import { RescueNotice } from "../rescue/RescueNotice.tsx";
import { TwoAnswers } from "../two-answers/TwoAnswers.tsx";
import { TwoAnswersNotice } from "../two-answers/TwoAnswersNotice.tsx";
import { AnswerControl } from "./AnswerControl.tsx";
import { createAnswerEditor } from "./answer-editor.ts";
import { QuestionFoot } from "./QuestionFoot.tsx";
import { Scene } from "./Scene.tsx";
import { useUnloadDraft } from "./use-unload-draft.ts";

/** One question, one screen, one thing to do. */
export function QuestionScreen({ route }: { route: Extract<Route, { kind: "question" }> }) {
	const m = useMessages();
	const language = useLanguage();
	const visit = useVisit();
	const view = useSessionView();
	const { index, state } = view;
	const here = index.places[route.index];
	if (here === undefined) throw new Error("There is no such question");
	const { question, chapter } = here;
	const work = useMemo(() => createAnswerEditor(visit, route, question), [visit, route, question]);
	useEffect(() => () => work.end(), [work]);
	useUnloadDraft(work, view);
	const heading = useFocusOnEnter(question.id);

	const { value: screen } = visit.screen;
	const backwards = screen.kind === "route" && screen.direction === "back";
	const minutes = minutesLeft(index, state);
	const { value: refusal } = work.refusal;
	return (
		<div class="screen">
			<SessionHeader />
			<section aria-label={m.progress.label}>
				<SessionRhythm index={index} state={state} now={route.index} />
				<p class="meta" id="route">
					<span>{m.progress.place(route.index + 1, index.places.length)}</span>
					<span>{minutes === 0 ? m.progress.nothing_left : m.progress.left(minutes)}</span>
				</p>
			</section>
			<main class="centred">
				<RefusedNotice />
				<RescueNotice />
				<TwoAnswersNotice here={route.index} review={route.review} />
				{(route.index === 0 || visit.returning.value) && <SetAsideNotice />}
				<form
					key={question.id}
					id="question"
					class={`question ${backwards ? "enters-back" : "enters"}`}
					noValidate
					onSubmit={(event) => {
						event.preventDefault();
						work.commit();
					}}
				>
					<div>
						<p class="chapter-line">
							{m.progress.chapter(here.chapter_index + 1, inLanguage(chapter.title, language))}
						</p>
						{visit.returning.value && chapter.instruction && (
							<p class="question-brief">{inLanguage(chapter.instruction, language)}</p>
						)}
						<Scene question={question} />
						<h1 ref={heading} id="question-text" tabIndex={-1} aria-describedby="route">
							{inLanguage(question.text, language)}
						</h1>
					</div>
					<TwoAnswers work={work} onSettled={() => heading.current?.focus()} />
					<AnswerControl work={work} />
					{refusal && <Notice alert>{refusalText(m, refusal)}</Notice>}
				</form>
			</main>
			<QuestionFoot work={work} route={route} />
		</div>
	);
}
