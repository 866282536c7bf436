import { inLanguage, type QuestionOf } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { ChoiceAnswer } from "./ChoiceAnswer.tsx";
import type { StudentQuestionType } from "./question-type.ts";

type Props = { work: AnswerEditor; question: QuestionOf<"mcq"> };

export const mcq: StudentQuestionType<"mcq"> = {
	Control: McqAnswer,
	asShown: () => null,
	words: (m, { selected_options }, question, language) =>
		selected_options
			.map((value) => {
				const choice = question?.choices.find((one) => one.value === value);
				return choice ? inLanguage(choice.label, language) : value;
			})
			.join(m.list_comma),
};

function McqAnswer({ work, question }: Props) {
	if (question.multiple) return <Many work={work} question={question} />;
	const options = question.choices.map(({ value, label }) => ({
		key: value,
		label,
		answer: { type: "mcq" as const, selected_options: [value] },
	}));
	return <ChoiceAnswer work={work} options={options} />;
}

/** Several answers among several: each tick is held as a draft, Next gives them. */
function Many({ work, question }: Props) {
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
