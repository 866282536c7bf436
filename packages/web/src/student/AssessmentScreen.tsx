import { unreachable } from "@carhythm/core";
import { ChapterScreen } from "./chapter/ChapterScreen.tsx";
import type { Place } from "./places.ts";
import { QuestionScreen } from "./question/QuestionScreen.tsx";
import { ReviewScreen } from "./review/ReviewScreen.tsx";

/** The screens between Start and Finish. */
export function AssessmentScreen({
	place,
}: {
	place: Extract<Place, { kind: "chapter" | "question" | "review" }>;
}) {
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
