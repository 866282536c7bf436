import { answersEqual, type SessionId, typedText } from "@carhythm/core";
import { useEffect, useLayoutEffect } from "preact/hooks";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { saveUnloadDraft, takeUnloadDraft } from "../visit/unload-draft.ts";
import { useVisit } from "../visit/visit.ts";

/**
 * Keeps what is half-done on a page that goes away at this moment, and takes it up on the next; a text also
 * for what follows here.
 */
export function useUnloadDraft(
	work: AnswerEditor,
	{ session_id, shared }: { session_id: SessionId; shared: boolean },
): void {
	useEffect(() => keepWhenLeaving(work, session_id, shared), [work, session_id, shared]);
	useLayoutEffect(() => takeUp(work, session_id), [work, session_id]);
	const { written } = useVisit();
	useEffect(
		() => () => {
			const last = work.value();
			const text = last && typedText(last);
			if (text !== null) written.value = { session_id, question_id: work.question.id, text };
		},
		[work, session_id, written],
	);
}

/** What a page that was closed in the middle of a word left behind comes back as the draft it would have become. */
function takeUp(work: AnswerEditor, session_id: SessionId): void {
	const draft = takeUnloadDraft(session_id, work.question.id, work.touched());
	if (draft?.type !== work.question.type) return;
	const found = work.value();
	if (!found || !answersEqual(found, draft)) work.hold(draft);
}

/**
 * The last moments at which something can still be kept: a hidden page may end without another word, and of a
 * page that is left only the earliest sign leaves time to write. It is heard before the engine's own
 * listeners, which then send it.
 */
function keepWhenLeaving(work: AnswerEditor, session_id: SessionId, shared: boolean): () => void {
	const ending = new AbortController();
	const options = { signal: ending.signal, capture: true };
	const keep = () => {
		const draft = work.unheld();
		if (draft === null) return;
		const { operation_id, at } = work.touched() ?? {};
		const seen = operation_id && at ? { operation_id, at } : null;
		saveUnloadDraft({ session_id, question_id: work.question.id, draft, seen }, shared);
		// Everything but text is on its way to the engine's storage already.
		if (typedText(draft) !== null) work.holdNow();
	};
	window.addEventListener("beforeunload", keep, options);
	window.addEventListener("pagehide", keep, options);
	window.addEventListener("visibilitychange", keep, options);
	return () => ending.abort();
}
