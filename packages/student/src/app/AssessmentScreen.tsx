import { unreachable } from "@carhythm/core";
import { ChapterScreen } from "../chapter/ChapterScreen.tsx";
import { ElsewhereSheet } from "../hand-off/ElsewhereSheet.tsx";
import { NoticeGate } from "../own-data/NoticeGate.tsx";
import { QuestionScreen } from "../question/QuestionScreen.tsx";
import { ReviewScreen } from "../review/ReviewScreen.tsx";
import type { Route } from "../visit/routes.ts";
import { useSessionView } from "../visit/visit.ts";

/** The screens between Start and Finish. */
export function AssessmentScreen({
	route,
}: {
	route: Extract<Route, { kind: "chapter" | "question" | "review" }>;
}) {
	const { held_elsewhere } = useSessionView();
	return (
		<>
			<RouteOf route={route} />
			{held_elsewhere ? <ElsewhereSheet held={held_elsewhere} /> : <NoticeGate />}
		</>
	);
}

function RouteOf({ route }: Parameters<typeof AssessmentScreen>[0]) {
	switch (route.kind) {
		case "chapter":
			return <ChapterScreen key={route.chapter} route={route} />;
		case "question":
			return <QuestionScreen route={route} />;
		case "review":
			return <ReviewScreen />;
		default:
			return unreachable(route);
	}
}
