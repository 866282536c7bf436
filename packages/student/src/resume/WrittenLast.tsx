import { answerTo, type SessionState, typedText } from "@carhythm/core";
import { useId } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { useVisit } from "../visit/visit.ts";

/**
 * When a session ends elsewhere or expires while its student writes, the text does not go with it: it is
 * shown once more, to be copied. After a reload it is gone, so that the next person does not read it.
 * @param state of the session that ended
 */
export function WrittenLast({ state }: { state: SessionState }) {
	const m = useMessages();
	const { view, written } = useVisit();
	const id = useId();
	const { value: last } = written;
	if (last === null || last.session_id !== state.session_id || last.text.trim() === "") return null;
	const kept = answerTo(view.value?.state ?? state, last.question_id);
	if (kept && typedText(kept) === last.text) return null;
	return (
		<div class="written-last">
			<label for={id}>{m.resume.written_last}</label>
			<textarea
				id={id}
				rows={4}
				dir="auto"
				readOnly
				value={last.text}
				onFocus={(event) => event.currentTarget.select()}
			/>
			<p class="small">{m.resume.written_last_hint}</p>
		</div>
	);
}
