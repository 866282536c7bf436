import { useLanguage } from "@carhythm/ui";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { answerWords } from "../question-types/index.ts";
import { useSessionView } from "../visit/visit.ts";

/**
 * On a question that two devices answered without seeing each other's answer: the one that does not stand,
 * and the choice.
 */
export function TwoAnswers({ work, onSettled }: { work: AnswerEditor; onSettled: () => void }) {
	const m = useMessages();
	const language = useLanguage();
	const { question } = work;
	const record = useSessionView().state.answers[question.id];
	if (record?.other === undefined) return null;
	const { answer: standing, other } = record;
	const settle = (value: typeof standing) => {
		work.settleOn(value);
		onSettled();
	};
	const { here, stands, stands_other_taken_back, taken_back, use, take_back, keep } = m.two_answers;
	return (
		<section class="two-answers" aria-label={here}>
			<p>{standing === null ? taken_back : other === null ? stands_other_taken_back : stands}</p>
			{other && (
				<p class="two-answers-other" dir="auto">
					{answerWords(m, question, other, language)}
				</p>
			)}
			<div class="two-answers-choice">
				<button type="button" class="second outlined" onClick={() => settle(other)}>
					{other === null ? take_back : use}
				</button>
				<button type="button" class="ghost" onClick={() => settle(standing)}>
					{keep}
				</button>
			</div>
		</section>
	);
}
