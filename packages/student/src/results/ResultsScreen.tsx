import { inLanguage, unreachable } from "@carhythm/core";
import { Header, useFocusOnEnter, useLanguage } from "@carhythm/ui";
import { showLanguage, useMessages } from "../i18n/texts.ts";
import { OwnDataButton } from "../own-data/OwnDataButton.tsx";
import { now } from "../parts/now.ts";
import { SaveLine } from "../parts/SaveLine.tsx";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { Sources } from "../parts/Sources.tsx";
import { RescueNotice } from "../rescue/RescueNotice.tsx";
import { WrittenLast } from "../resume/WrittenLast.tsx";
import { LeaveButton } from "../shared-computer/LeaveButton.tsx";
import { NotYouButton } from "../shared-computer/NotYouButton.tsx";
import { useSessionView } from "../visit/visit.ts";
import { AgainButton } from "./AgainButton.tsx";
import { FeedbackForm } from "./FeedbackForm.tsx";
import { ProfileView } from "./ProfileView.tsx";
import { type Scores, useScores } from "./use-scores.ts";

/** What the answers say, as soon as the server has them all. */
export function ResultsScreen() {
	const m = useMessages();
	const language = useLanguage();
	const { index, state, shared } = useSessionView();
	const heading = useFocusOnEnter();
	const { scores, retry } = useScores();
	const { assessment } = index;
	const ready = scores.kind === "ready";
	return (
		<div class="screen results">
			<Header onLanguage={showLanguage}>
				{scores.kind === "ready" && (
					<button type="button" class="ghost" onClick={() => window.print()}>
						{m.results.print}
					</button>
				)}
			</Header>
			<SessionRhythm index={index} state={state} now={null} size="hero" plays="all" />
			<main class="enters">
				<div class="results-title">
					<div class="results-whose">
						<p class="chapter-line">
							{inLanguage(assessment.title, language)} · {m.date(state.last_activity, now())}
						</p>
						{ready && !shared && <NotYouButton />}
					</div>
					<h1 ref={heading} tabIndex={-1}>
						{ready ? m.results.title : m.results.pending_title}
					</h1>
				</div>
				<WrittenLast state={state} />
				<Body scores={scores} onRetry={retry} />
				{!ready && <RescueNotice />}
				{ready && <FeedbackForm />}
				<p class="again">
					<OwnDataButton />
				</p>
				{shared ? <LeaveButton /> : (ready || scores.kind === "gone") && <AgainButton />}
				<Sources assessment={assessment} />
			</main>
			{!ready && (
				<footer class="foot">
					<SaveLine />
				</footer>
			)}
		</div>
	);
}

function Body({ scores, onRetry }: { scores: Scores; onRetry: () => void }) {
	const m = useMessages();
	switch (scores.kind) {
		case "fetching":
			return (
				<p class="quiet" role="status">
					{m.results.preparing}
				</p>
			);
		case "waiting":
			return <Retry text={m.results.pending} onRetry={onRetry} />;
		case "failed":
			return <Retry text={m.results.failed} onRetry={onRetry} />;
		case "gone":
			return <p role="status">{m.results.gone}</p>;
		case "ready":
			return <ProfileView profile={scores.profile} />;
		default:
			return unreachable(scores);
	}
}

function Retry({ text, onRetry }: { text: string; onRetry: () => void }) {
	const m = useMessages();
	return (
		<>
			<p role="status">{text}</p>
			<button type="button" class="second outlined" onClick={onRetry}>
				{m.try_again}
			</button>
		</>
	);
}
