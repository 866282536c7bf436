import { inLanguage, type Profile, tellResults } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { Fragment } from "preact";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { IdeasSection } from "../ideas/IdeasSection.tsx";
import { useSessionView } from "../visit/visit.ts";
import { GivenAnswers } from "./GivenAnswers.tsx";
import { GroupSection } from "./GroupSection.tsx";

/** A profile: what stands out, a chart for each group, ideas after the interests, and how to read it. */
export function ProfileView({ profile }: { profile: Profile }) {
	const m = useResultsMessages();
	return (
		<>
			<Summary profile={profile} />
			{profile.groups.map((group) => (
				<Fragment key={group.key}>
					<GroupSection profile={profile} group={group} />
					{profile.scales.some(({ kind, group: key }) => kind === "riasec" && key === group.key) && (
						<IdeasSection profile={profile} />
					)}
				</Fragment>
			))}
			<GivenAnswers choices={profile.choices} />
			<Notes profile={profile} />
			<div class="keep">
				<button type="button" class="primary" onClick={() => window.print()}>
					{m.keep}
				</button>
				<p class="quiet small">{m.keep_hint}</p>
			</div>
		</>
	);
}

/** What stands out, in plain sentences that rest on the scores: see `tellResults` in core. */
function Summary({ profile }: { profile: Profile }) {
	const m = useResultsMessages();
	const language = useLanguage();
	const { index, state } = useSessionView();
	const summary = tellResults(profile);
	if (summary === null) return null;
	return (
		<div class="results-summary">
			<p class="results-headline">{inLanguage(summary.headline.text, language)}</p>
			<p>{summary.sentences.map(({ text }) => inLanguage(text, language)).join(" ")}</p>
			<p class="quiet small">{m.from(state.answered, index.places.length)}</p>
			<p class="quiet small">{m.bars}</p>
		</div>
	);
}

function Notes({ profile }: { profile: Profile }) {
	const m = useResultsMessages();
	const language = useLanguage();
	const { notices } = useSessionView().index.assessment;
	const notes = [...profile.notes, ...notices];
	if (notes.length === 0) return null;
	return (
		<section class="results-group results-note" aria-labelledby="notes">
			<h2 id="notes">{m.notes}</h2>
			<ul class="quiet">
				{notes.map((note) => (
					<li key={note.en}>{inLanguage(note, language)}</li>
				))}
			</ul>
		</section>
	);
}
