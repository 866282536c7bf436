import { type AssessmentIndex, answerTo, rhythm, type SessionState } from "@carhythm/core";
import { type Beat, RhythmLine } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";

/** The rhythm line of a session; `now` is the index of the present question. */
export function SessionRhythm({
	index,
	state,
	now,
	...line
}: {
	index: AssessmentIndex;
	state: SessionState;
	now: number | null;
	size?: "line" | "hero";
	plays?: number | "all" | null;
}) {
	const m = useMessages();
	const label = m.progress.line(state.answered, index.places.length, now === null ? null : now + 1);
	return <RhythmLine beats={beatsOf(index, state, now)} label={label} {...line} />;
}

function beatsOf(index: AssessmentIndex, state: SessionState, now: number | null): Beat[] {
	const heights = rhythm(state.session_id, index.places.length);
	return index.places.map((place, i) => ({
		height: heights[i] ?? 1,
		chapter: place.chapter_index,
		state: i === now ? "now" : answerTo(state, place.question.id) ? "answered" : "open",
	}));
}
