import {
	type ChoiceResult,
	inLanguage,
	type LocalizedText,
	type Profile,
	type ScaleResult,
	unreachable,
} from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { InterestsView } from "./InterestsView.tsx";
import { ScaleView } from "./ScaleView.tsx";

/** A profile, group by group; what was not answered enough says so and shows no number. */
export function ProfileView({ profile }: { profile: Profile }) {
	const m = useMessages();
	const language = useLanguage();
	return (
		<>
			{profile.groups.map((group) => (
				<Group
					key={group.key}
					profile={profile}
					name={inLanguage(group.name, language)}
					description={group.description && inLanguage(group.description, language)}
					scales={profile.scales.filter((scale) => scale.group === group.key)}
				/>
			))}
			{profile.choices.length > 0 && (
				<section class="results-group" aria-labelledby="choices">
					<h2 id="choices">{m.results.choices}</h2>
					{profile.choices.map((choice) => (
						<Choice key={choice.question} choice={choice} />
					))}
				</section>
			)}
			{profile.notes.length > 0 && (
				<section class="results-group" aria-labelledby="notes">
					<h2 id="notes">{m.results.notes}</h2>
					<ul class="results-notes quiet">
						{profile.notes.map((note) => (
							<li key={note.en}>{inLanguage(note, language)}</li>
						))}
					</ul>
				</section>
			)}
		</>
	);
}

function Group({
	profile,
	name,
	description,
	scales,
}: {
	profile: Profile;
	name: string;
	description: string | undefined;
	scales: readonly ScaleResult[];
}) {
	const hasTypes = scales.some((scale) => scale.kind === "riasec");
	return (
		<section class="results-group" aria-label={name}>
			<h2>{name}</h2>
			{description && <p class="quiet">{description}</p>}
			{hasTypes && <InterestsView interests={profile.interests} scales={scales} />}
			<div class="scales">
				{scales.map((scale) => (
					<ScaleView key={scale.key} scale={scale} />
				))}
			</div>
		</section>
	);
}

function Choice({ choice }: { choice: ChoiceResult }) {
	const language = useLanguage();
	const { isRanked, texts } = chosenTexts(choice);
	const chosen = texts.map((text) => inLanguage(text, language));
	const List = isRanked ? "ol" : "ul";
	return (
		<div class="scale-card">
			<h3>{inLanguage(choice.text, language)}</h3>
			<List class="results-chosen">
				{chosen.map((text) => (
					<li key={text}>{text}</li>
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
