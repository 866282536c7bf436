import { answerTo, isEmptyAnswer } from "@carhythm/core";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { SaveLine } from "../parts/SaveLine.tsx";
import { XpGain } from "../parts/XpGain.tsx";
import { goBack } from "../visit/actions.ts";
import type { Route } from "../visit/routes.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** Where the answers are, and the ways on and back. */
export function QuestionFoot({ work, route }: { work: AnswerEditor; route: Route }) {
	const m = useMessages();
	const visit = useVisit();
	const { state } = useSessionView();
	const value = work.value();
	// An answer that was emptied is taken back by Next; to skip would leave it standing.
	const answered = value !== null && (!isEmptyAnswer(value) || answerTo(state, work.question.id) !== null);
	// After a choice the page goes on by itself; a button that came for a moment would only flicker.
	const hidden = work.leaving.value ? "foot-hidden" : "";
	return (
		<footer class="foot">
			<div class="foot-row">
				<SaveLine />
				<XpGain />
				<button type="button" class="ghost" onClick={() => goBack(visit, route)}>
					{m.back}
				</button>
				{/* Two elements, not one that changes: a click that skips would go on to submit the question it leads to. */}
				{answered ? (
					<button key="next" type="submit" form="question" class={`primary next ${hidden}`}>
						{m.next}
					</button>
				) : (
					<button key="skip" type="button" class={`ghost next ${hidden}`} onClick={() => work.skip()}>
						{m.skip}
					</button>
				)}
			</div>
		</footer>
	);
}
