import { countCharacters, type QuestionOf } from "@carhythm/core";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import type { StudentQuestionType } from "./question-type.ts";

const TYPING_PAUSE_MS = 600;

export const essay: StudentQuestionType<"essay"> = {
	Control: EssayAnswer,
	asShown: () => null,
	words: (_m, { text }) => text,
};

/**
 * A text of the student's own. What is half-typed is kept when typing pauses and whenever the page may go
 * away; a text that is too long is kept as well, and told.
 */
function EssayAnswer({ work, question }: { work: AnswerEditor; question: QuestionOf<"essay"> }) {
	const m = useMessages();
	const area = useRef<HTMLTextAreaElement>(null);
	const value = work.value();
	const text = value?.type === "essay" ? value.text : "";
	useGrowing(area, text);
	return (
		<div class="essay">
			<textarea
				ref={area}
				rows={5}
				dir="auto"
				aria-labelledby="question-text"
				aria-describedby="how-to-answer"
				value={text}
				onInput={(event) => work.hold({ type: "essay", text: event.currentTarget.value }, TYPING_PAUSE_MS)}
				onBlur={() => work.holdNow()}
			/>
			<p id="how-to-answer" class="essay-count">
				<Count text={text} limit={question.char_limit} />
				{question.required ? null : <span>{m.answer.essay_optional}</span>}
			</p>
		</div>
	);
}

function Count({ text, limit }: { text: string; limit: number | null }) {
	const m = useMessages();
	if (limit === null) return null;
	const used = countCharacters(text);
	return (
		<>
			{used <= limit && <span>{m.answer.essay_count(used, limit)}</span>}
			<strong role="status">{used > limit ? m.answer.essay_over(used - limit) : ""}</strong>
		</>
	);
}

/** Makes the field as high as its text. */
function useGrowing(area: { readonly current: HTMLTextAreaElement | null }, text: string) {
	// biome-ignore lint/correctness/useExhaustiveDependencies: the text decides the height.
	useLayoutEffect(() => {
		const element = area.current;
		if (element === null) return;
		element.style.blockSize = "auto";
		element.style.blockSize = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
	}, [area, text]);
}
