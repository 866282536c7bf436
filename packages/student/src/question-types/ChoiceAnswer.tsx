import { type Answer, answersEqual, inLanguage, type LocalizedText } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useRef } from "preact/hooks";
import type { AnswerEditor } from "../answer/answer-editor.ts";

/** More steps than this do not fit side by side. */
const WIDEST_ROW = 5;

type Option = { key: string; label: LocalizedText; answer: Answer };

/**
 * One answer among several, as native radio buttons. A choice with a pointer goes on by itself; with the
 * keyboard arrows only choose, so that moving through the options does not lead on, and Enter or Next goes
 * on.
 */
export function ChoiceAnswer({
	work,
	options,
	isScale = false,
}: {
	work: AnswerEditor;
	options: readonly Option[];
	isScale?: boolean;
}) {
	const language = useLanguage();
	const byPointer = useRef(false);
	const value = work.value();
	const row = isScale && options.length <= WIDEST_ROW;
	return (
		<fieldset
			class={`choices ${row ? "choices-row" : ""}`}
			aria-labelledby="question-text"
			onPointerDown={() => {
				byPointer.current = true;
			}}
			onKeyDown={() => {
				byPointer.current = false;
			}}
		>
			{options.map((option) => {
				const chosen = value !== null && answersEqual(value, option.answer);
				return (
					<label key={option.key} class={`choice ${chosen ? "choice-chosen" : ""}`}>
						<input
							type="radio"
							name="answer"
							value={option.key}
							checked={chosen}
							onChange={() => {
								if (!byPointer.current) work.choose(option.answer);
							}}
							// A click on what is chosen already changes nothing, and still means: on.
							onClick={() => {
								if (byPointer.current) work.chooseAndLeave(option.answer);
							}}
						/>
						<span>{inLanguage(option.label, language)}</span>
					</label>
				);
			})}
		</fieldset>
	);
}
