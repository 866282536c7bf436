import { type AssessmentIndex, inLanguage, resumeIndex } from "@carhythm/core";
import { Header, useLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { showLanguage, useMessages } from "../i18n/texts.ts";
import { Lazy } from "../lazy/Lazy.tsx";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { notYouSheet } from "../shared-computer/lazy-sheet.ts";
import type { WhatStays } from "../shared-computer/NotYouSheet.tsx";
import type { AskingChoice } from "../visit/visit.ts";
import { ContinueSheet } from "./ContinueSheet.tsx";
import { FreshSheet } from "./FreshSheet.tsx";
import { endedSheet } from "./lazy-sheet.ts";

/**
 * What a returning student is asked. The question where they stopped is seen behind the sheet without its
 * answer, which the next person at a shared computer should not see.
 */
export function ResumeScreen({ choice, index }: { choice: AskingChoice; index: AssessmentIndex }) {
	const [sheet, setSheet] = useState<"choice" | "fresh" | "not_you">("choice");
	const back = () => setSheet("choice");
	const question = resumeIndex(index, choice.state);
	return (
		<>
			<Behind choice={choice} index={index} question={question} />
			{sheet === "fresh" && <FreshSheet state={choice.state} onCancel={back} />}
			{sheet === "not_you" && (
				<Lazy screen={notYouSheet} props={{ stays: whatStays(choice), onCancel: back }} />
			)}
			{sheet === "choice" && (
				<ChoiceSheet
					choice={choice}
					index={index}
					onFresh={() => setSheet("fresh")}
					onNotYou={() => setSheet("not_you")}
				/>
			)}
		</>
	);
}

function whatStays({ kind, state, pending }: AskingChoice): WhatStays {
	return kind === "unknown_to_server"
		? { kind: "nothing", answered: state.answered, unsendable: pending }
		: { kind: "answers" };
}

function ChoiceSheet({
	choice,
	index,
	onFresh,
	onNotYou,
}: {
	choice: AskingChoice;
	index: AssessmentIndex;
	onFresh: () => void;
	onNotYou: () => void;
}) {
	return choice.kind === "continue" ? (
		<ContinueSheet choice={choice} index={index} onFresh={onFresh} onNotYou={onNotYou} />
	) : (
		<Lazy screen={endedSheet} props={{ choice, index, onNotYou }} />
	);
}

function Behind({
	choice,
	index,
	question,
}: {
	choice: AskingChoice;
	index: AssessmentIndex;
	question: number;
}) {
	const m = useMessages();
	const language = useLanguage();
	const place = index.places[question];
	return (
		<div class="screen">
			<Header onLanguage={showLanguage} />
			<SessionRhythm index={index} state={choice.state} now={question} />
			<main class="centred" aria-hidden="true">
				{place && choice.kind === "continue" && (
					<div>
						<p class="chapter-line">
							{m.progress.chapter(place.chapter_index + 1, inLanguage(place.chapter.title, language))}
						</p>
						<p class="question-behind">{inLanguage(place.question.text, language)}</p>
					</div>
				)}
			</main>
		</div>
	);
}
