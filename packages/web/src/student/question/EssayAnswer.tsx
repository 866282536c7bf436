import { countCharacters, type EssayQuestion, type SessionId } from "@carhythm/core";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useMessages } from "../../shared/i18n/language.ts";
import { now } from "../../shared/now.ts";
import { useSessionView } from "../visit.ts";
import { keepLastWords, takeLastWords } from "./last-words.ts";
import type { Work } from "./work.ts";

const TYPING_PAUSE_MS = 600;

/**
 * A text of the student's own. What is half-typed is kept when typing pauses and whenever the page may go away; a text that
 * is too long is kept as well, and told.
 */
export function EssayAnswer({ work, question }: { work: Work; question: EssayQuestion }) {
	const m = useMessages();
	const { session_id } = useSessionView();
	const area = useRef<HTMLTextAreaElement>(null);
	const value = work.value();
	const text = value?.type === "essay" ? value.text : "";
	useGrowing(area, text);
	useEffect(() => keepWhenLeaving(work, session_id), [work, session_id]);
	useLayoutEffect(() => takeUp(work, session_id), [work, session_id]);
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

/** What a page that was closed in the middle of a word left behind comes back as the draft it would have become. */
function takeUp(work: Work, session_id: SessionId) {
	const words = takeLastWords(session_id, work.question.id, work.touched());
	if (words !== null) work.hold({ type: "essay", text: words });
}

/**
 * The last moments at which something can still be kept: a hidden page may end without another word, and of a page that is
 * left only the earliest sign leaves time to write. It is heard before the engine's own listeners, which then send it.
 */
function keepWhenLeaving(work: Work, session_id: SessionId): () => void {
	const ending = new AbortController();
	const options = { signal: ending.signal, capture: true };
	const keep = () => {
		const unheld = work.unheld();
		if (unheld?.type !== "essay") return;
		keepLastWords({ session_id, question_id: work.question.id, text: unheld.text, at: now() });
		work.holdNow();
	};
	window.addEventListener("beforeunload", keep, options);
	window.addEventListener("pagehide", keep, options);
	window.addEventListener("visibilitychange", keep, options);
	return () => ending.abort();
}
