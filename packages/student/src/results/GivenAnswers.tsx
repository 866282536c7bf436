import { answerTo, type ChoiceResult, inLanguage, type LocalizedText, unreachable } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { useSessionView } from "../visit/visit.ts";

/** Choices, rankings and texts as the student gave them; nothing is concluded from them. */
export function GivenAnswers({ choices }: { choices: readonly ChoiceResult[] }) {
	const m = useResultsMessages();
	const language = useLanguage();
	const { index, state } = useSessionView();
	const written = index.places.flatMap(({ question }) => {
		const answer = answerTo(state, question.id);
		return answer?.type === "essay" ? [{ question, text: answer.text }] : [];
	});
	return (
		<>
			{choices.length > 0 && (
				<section class="results-group" aria-labelledby="choices">
					<h2 id="choices">{m.choices}</h2>
					<div class="given">
						{choices.map((choice) => (
							<Choice key={choice.question} choice={choice} />
						))}
					</div>
				</section>
			)}
			{written.length > 0 && (
				<section class="results-group" aria-labelledby="written">
					<h2 id="written">{m.written}</h2>
					{written.map(({ question, text }) => (
						<div key={question.id}>
							<h3>{inLanguage(question.text, language)}</h3>
							<blockquote class="written" dir="auto">
								{text}
							</blockquote>
						</div>
					))}
				</section>
			)}
		</>
	);
}

function Choice({ choice }: { choice: ChoiceResult }) {
	const language = useLanguage();
	const { isRanked, texts } = chosenTexts(choice);
	const List = isRanked ? "ol" : "ul";
	return (
		<div>
			<h3>{inLanguage(choice.text, language)}</h3>
			<List class="results-chosen">
				{texts.map((text) => (
					<li key={text.en}>{inLanguage(text, language)}</li>
				))}
			</List>
		</div>
	);
}

function chosenTexts(choice: ChoiceResult): { isRanked: boolean; texts: readonly LocalizedText[] } {
	switch (choice.type) {
		case "mcq":
			return { isRanked: false, texts: choice.selected.map(({ label }) => label) };
		case "ordering":
			return { isRanked: true, texts: choice.ranked };
		default:
			return unreachable(choice);
	}
}
