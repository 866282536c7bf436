import { Header, useLanguage } from "@carhythm/ui";
import { useEffect } from "preact/hooks";
import { codeSheet } from "../hand-off/lazy-sheets.ts";
import { loadedMessages, showLanguage } from "../i18n/texts.ts";
import { Lazy } from "../lazy/Lazy.tsx";
import { Loading, Unreachable } from "../loading/Loading.tsx";
import { MovedScreen } from "../resume/MovedScreen.tsx";
import { ResumeScreen } from "../resume/ResumeScreen.tsx";
import { boot, declineCode } from "../visit/actions.ts";
import type { Route } from "../visit/routes.ts";
import { useVisit, type Visit, VisitProvider } from "../visit/visit.ts";
import { WelcomeScreen } from "../welcome/WelcomeScreen.tsx";
import { assessmentScreen, resultsScreen } from "./lazy-screens.ts";

/** The student's page: one screen of one visit. */
export function App({ visit }: { visit: Visit }) {
	// The first language is loaded before anything else; until then there are no words to draw.
	if (loadedMessages.value === null) return null;
	return (
		<VisitProvider value={visit}>
			<Title />
			<CurrentScreen />
		</VisitProvider>
	);
}

function CurrentScreen() {
	const visit = useVisit();
	const { value: screen } = visit.screen;
	switch (screen.kind) {
		case "loading":
			return <Loading />;
		case "unreachable":
			return <Unreachable onRetry={() => boot(visit)} />;
		case "code":
			return <CodeScreen code={screen.code} other={screen.other} />;
		case "asking":
			return <ResumeScreen key={screen.choice.kind} choice={screen.choice} index={screen.index} />;
		case "moved":
			return <MovedScreen />;
		case "route":
			return <RouteScreen route={screen.route} />;
	}
}

function RouteScreen({ route }: { route: Route }) {
	switch (route.kind) {
		case "welcome":
			return <WelcomeScreen />;
		case "chapter":
		case "question":
		case "review":
			return <Lazy key="assessment" screen={assessmentScreen} props={{ route }} />;
		case "results":
			return <Lazy key="results" screen={resultsScreen} props={{}} />;
	}
}

function CodeScreen({ code, other }: { code: string; other: number }) {
	const visit = useVisit();
	const props = { code, other, onCancel: () => void declineCode(visit) };
	return (
		<div class="screen">
			<Header onLanguage={showLanguage} />
			<Lazy screen={codeSheet} props={props} />
		</div>
	);
}

/** The tab's title names the assessment and never the person or the session. */
function Title() {
	const { view, latest } = useVisit();
	const language = useLanguage();
	const title = (view.value?.index ?? latest.value?.index)?.assessment.title;
	const text = title?.[language] || title?.en;
	useEffect(() => {
		document.title = text ? `${text} · CaRhythm` : "CaRhythm";
	}, [text]);
	return null;
}
