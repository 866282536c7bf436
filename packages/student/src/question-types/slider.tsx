import { inLanguage, type QuestionOf } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { ChoiceAnswer } from "./ChoiceAnswer.tsx";
import { labelledSteps, middleStep } from "./labelled-steps.ts";
import type { StudentQuestionType } from "./question-type.ts";

type Props = { work: AnswerEditor; question: QuestionOf<"slider"> };

export const slider: StudentQuestionType<"slider"> = {
	Control: SliderAnswer,
	asShown(m, question) {
		if (labelledSteps(question) !== null) return null;
		const value = middleStep(question);
		return { answer: { type: "slider", value, as_shown: true }, text: m.answer.range_accept(value) };
	},
	words(m, { value }, question, language) {
		const steps = (question && labelledSteps(question)) ?? [];
		const step = steps.find((one) => one.value === value);
		return step ? inLanguage(step.label, language) : m.number(value);
	},
};

function SliderAnswer({ work, question }: Props) {
	const steps = labelledSteps(question);
	if (steps === null) return <Range work={work} question={question} />;
	const options = steps.map(({ value, label }) => ({
		key: String(value),
		label,
		answer: { type: "slider" as const, value },
	}));
	return <ChoiceAnswer work={work} options={options} isScale />;
}

/**
 * A number on a scale, as a native slider. Untouched it claims no value: the handle is hollow, no number is
 * shown, and the middle has to be accepted to count.
 */
function Range({ work, question }: Props) {
	const m = useMessages();
	const language = useLanguage();
	const [moving, setMoving] = useState<number | null>(null);
	const value = work.value();
	const given = moving ?? (value?.type === "slider" ? value.value : null);
	const middle = middleStep(question);
	const shown = given ?? middle;
	const share = (shown - question.min) / (question.max - question.min);
	return (
		<div class={`range ${given === null ? "range-untouched" : ""}`}>
			<output class="range-value" for="range" aria-hidden="true">
				{given === null ? "" : m.answer.range_value(given)}
			</output>
			<div class="range-track">
				<span class="range-fill" style={{ inlineSize: `calc(1rem + (100% - 2rem) * ${share})` }} />
				<input
					id="range"
					type="range"
					min={question.min}
					max={question.max}
					step={question.step}
					value={shown}
					aria-labelledby="question-text"
					aria-describedby="range-ends how-to-answer"
					aria-valuetext={given === null ? m.answer.range_unset : m.answer.range_value(given)}
					onInput={(event) => setMoving(event.currentTarget.valueAsNumber)}
					onChange={(event) => {
						setMoving(null);
						work.choose({ type: "slider", value: event.currentTarget.valueAsNumber });
					}}
				/>
			</div>
			<p id="range-ends" class="range-ends">
				<span>{question.min_label ? inLanguage(question.min_label, language) : m.number(question.min)}</span>
				<span>{question.max_label ? inLanguage(question.max_label, language) : m.number(question.max)}</span>
			</p>
			<p id="how-to-answer" class="choices-hint">
				{given === null ? m.answer.range_untouched : ""}
			</p>
		</div>
	);
}
