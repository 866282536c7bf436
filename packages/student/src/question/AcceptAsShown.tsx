import { useLanguage } from "@carhythm/ui";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { studentTypeOf } from "../question-types/index.ts";
import { useSessionView } from "../visit/visit.ts";

/**
 * Accepts what is shown as the answer: the middle of a scale, the order of a list. It comes after the control and
 * scrolls with it, so that nothing is accepted that was never on the screen.
 */
export function AcceptAsShown({ work }: { work: AnswerEditor }) {
	const m = useMessages();
	const language = useLanguage();
	const { session_id } = useSessionView();
	const shown = studentTypeOf(work.question).asShown(m, work.question, { session_id, language });
	if (shown === null) return null;
	// Once it is not needed it still takes its room, so that nothing jumps under the finger.
	return (
		<button
			type="button"
			class={`second outlined ${work.value() === null ? "" : "foot-hidden"}`}
			onClick={() => work.chooseAndLeave(shown.answer)}
		>
			{shown.text}
		</button>
	);
}
