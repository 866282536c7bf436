import type { AnswerEditor } from "../answer/answer-editor.ts";
import { studentTypeOf } from "../question-types/index.ts";

/** The control for a question's type. */
export function AnswerControl({ work }: { work: AnswerEditor }) {
	const { question } = work;
	const { Control } = studentTypeOf(question);
	return <Control work={work} question={question} />;
}
