import { unreachable } from "@carhythm/core";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { labelledSteps } from "../answer/labelled-steps.ts";
import { ChoiceAnswer } from "./ChoiceAnswer.tsx";
import { EssayAnswer } from "./EssayAnswer.tsx";
import { ManyAnswer } from "./ManyAnswer.tsx";
import { OrderingAnswer } from "./OrderingAnswer.tsx";
import { RangeAnswer } from "./RangeAnswer.tsx";

/** The control for a question's type. */
export function AnswerControl({ work }: { work: AnswerEditor }) {
	const { question } = work;
	switch (question.type) {
		case "slider": {
			const steps = labelledSteps(question);
			if (steps === null) return <RangeAnswer work={work} question={question} />;
			const options = steps.map(({ value, label }) => ({
				key: String(value),
				label,
				answer: { type: "slider" as const, value },
			}));
			return <ChoiceAnswer work={work} options={options} isScale />;
		}
		case "mcq": {
			if (question.multiple) return <ManyAnswer work={work} question={question} />;
			const options = question.choices.map(({ value, label }) => ({
				key: value,
				label,
				answer: { type: "mcq" as const, selected_options: [value] },
			}));
			return <ChoiceAnswer work={work} options={options} />;
		}
		case "ordering":
			return <OrderingAnswer work={work} question={question} />;
		case "essay":
			return <EssayAnswer work={work} question={question} />;
		default:
			return unreachable(question);
	}
}
