import { inLanguage, minutesLeft } from "@carhythm/core";
import { Notice, useFocusOnEnter, useLanguage } from "@carhythm/ui";
import { useEffect, useMemo } from "preact/hooks";
import { createAnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { SetAsideNotice } from "../parts/SetAsideNotice.tsx";
import { RefusedNotice } from "../refused/RefusedNotice.tsx";
import { RescueNotice } from "../rescue/RescueNotice.tsx";
import { SessionHeader } from "../session-header/SessionHeader.tsx";
import { TwoAnswers } from "../two-answers/TwoAnswers.tsx";
import { TwoAnswersNotice } from "../two-answers/TwoAnswersNotice.tsx";
import { refusalText } from "../visit/errors.ts";
import type { Route } from "../visit/routes.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";
import { AcceptAsShown } from "./AcceptAsShown.tsx";
import { AnswerControl } from "./AnswerControl.tsx";
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
					<AcceptAsShown work={work} />
					{refusal && <Notice alert>{refusalText(m, refusal)}</Notice>}
				</form>
			</main>
			<QuestionFoot work={work} route={route} />
		</div>
	);
}
