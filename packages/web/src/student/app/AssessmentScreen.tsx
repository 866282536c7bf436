import { unreachable } from "@carhythm/core";
import { ChapterScreen } from "../chapter/ChapterScreen.tsx";
import { ElsewhereSheet } from "../hand-off/ElsewhereSheet.tsx";
import { QuestionScreen } from "../question/QuestionScreen.tsx";
import { ReviewScreen } from "../review/ReviewScreen.tsx";
import type { Place } from "./screens.ts";
import { useSessionView } from "./visit.ts";

/** The screens between Start and Finish. */
export function AssessmentScreen({
	place,
}: {
	place: Extract<Place, { kind: "chapter" | "question" | "review" }>;
}) {
	const { held_elsewhere } = useSessionView();
	return (
		<>
			<PlaceOf place={place} />
			{held_elsewhere && <ElsewhereSheet held={held_elsewhere} />}
		</>
	);
}

function PlaceOf({ place }: Parameters<typeof AssessmentScreen>[0]) {
	switch (place.kind) {
		case "chapter":
			return <ChapterScreen key={place.chapter} place={place} />;
		case "question":
			return <QuestionScreen place={place} />;
		case "review":
			return <ReviewScreen />;
		default:
			return unreachable(place);
	}
}
