import { conflictedQuestions } from "@carhythm/core";
import { Notice } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** Wherever the student is: other questions have two answers, and this is the way there. */
export function TwoAnswersNotice({ here, review = false }: { here?: number; review?: boolean }) {
	const m = useMessages();
	const visit = useVisit();
	const { index, state } = useSessionView();
	const places = conflictedQuestions(index, state).filter((place) => place.index !== here);
	const [first] = places;
	if (!first) return null;
	return (
		<Notice>
			<p role="status">{m.two_answers.elsewhere(places.length)}</p>
			<button
				type="button"
				class="link"
				onClick={() => visit.navigation.go({ kind: "question", index: first.index, review })}
			>
				{m.two_answers.look(first.index + 1)}
			</button>
		</Notice>
	);
}
