import { inLanguage, type McqQuestion } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";

/** Several answers among several: each tick is held as a draft, Next gives them. */
export function ManyAnswer({ work, question }: { work: AnswerEditor; question: McqQuestion }) {
	const m = useMessages();
	const language = useLanguage();
	const value = work.value();
	const chosen = new Set(value?.type === "mcq" ? value.selected_options : []);

	function toggle(option: string) {
		const selected_options = question.choices
			.map((choice) => choice.value)
			.filter((candidate) => chosen.has(candidate) !== (candidate === option));
		work.hold({ type: "mcq", selected_options });
	}

	return (
		<fieldset class="choices" aria-labelledby="question-text" aria-describedby="how-to-answer">
			<p id="how-to-answer" class="choices-hint">
				{m.answer.choose_many}
			</p>
			{question.choices.map((choice) => (
				<label key={choice.value} class={`choice ${chosen.has(choice.value) ? "choice-chosen" : ""}`}>
					<input type="checkbox" checked={chosen.has(choice.value)} onChange={() => toggle(choice.value)} />
					<span>{inLanguage(choice.label, language)}</span>
				</label>
			))}
		</fieldset>
	);
}
