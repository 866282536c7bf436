import { inLanguage, unanswered } from "@carhythm/core";
import { Notice, useFocusOnEnter, useLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { SaveLine } from "../parts/SaveLine.tsx";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { RefusedNotice } from "../refused/RefusedNotice.tsx";
import { RescueNotice } from "../rescue/RescueNotice.tsx";
import { SessionHeader } from "../session-header/SessionHeader.tsx";
import { TwoAnswersNotice } from "../two-answers/TwoAnswersNotice.tsx";
import { finish, goBack } from "../visit/actions.ts";
import { refusalText, useAttempt } from "../visit/errors.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** Before finishing: what is still open, with the way there, and Finish either way. */
export function ReviewScreen() {
	const m = useMessages();
	const language = useLanguage();
	const visit = useVisit();
	const { index, state } = useSessionView();
	const heading = useFocusOnEnter();
	const attempt = useAttempt();
	const [refusal, setRefusal] = useState<string | null>(null);
	const open = unanswered(index, state);
	const last = index.assessment.chapters.at(-1);
	const whole = open.length === 0;
	const finishNow = async () => {
		const outcome = await finish(visit);
		setRefusal(outcome.ok ? null : refusalText(m, outcome.refusal));
	};
	return (
		<div class="screen">
			<SessionHeader />
			<SessionRhythm index={index} state={state} now={null} plays={whole ? "all" : null} />
			<main class="centred enters">
				<RefusedNotice />
				<RescueNotice />
				<TwoAnswersNotice review />
				<div class="review-title">
					{last?.completion_message && whole && (
						<p class="chapter-line">{inLanguage(last.completion_message, language)}</p>
					)}
					<h1 ref={heading} tabIndex={-1}>
						{whole ? m.review.title_done : m.review.title_open(open.length)}
					</h1>
					<p>{whole ? m.review.done : m.review.open}</p>
				</div>
				{!whole && (
					<ul class="review-list" aria-label={m.review.open_list}>
						{open.map(({ question, index: at }) => (
							<li key={question.id}>
								<button
									type="button"
									class="review-open"
									onClick={() => visit.navigation.go({ kind: "question", index: at, review: true })}
								>
									<span class="chapter-number">{m.number(at + 1)}</span>
									<span>{inLanguage(question.text, language)}</span>
								</button>
							</li>
						))}
					</ul>
				)}
			</main>
			<footer class="foot">
				{(attempt.trouble ?? refusal) && <Notice alert>{attempt.trouble ?? refusal}</Notice>}
				<button
					type="button"
					class={whole ? "primary" : "second outlined"}
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(finishNow)}
				>
					{attempt.busy ? m.review.finishing : whole ? m.review.finish : m.review.finish_anyway}
				</button>
				<div class="foot-row">
					<SaveLine />
					<button type="button" class="ghost" onClick={() => goBack(visit, { kind: "review" })}>
						{m.back}
					</button>
				</div>
			</footer>
		</div>
	);
}
