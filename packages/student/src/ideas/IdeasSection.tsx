import {
	findIdeas,
	type Idea,
	inLanguage,
	type JobZone,
	judgeForIdeas,
	type Occupation,
	type Profile,
	type RiasecType,
	type SixNumbers,
	unreachable,
} from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { useMessages } from "../i18n/texts.ts";
import { useOccupations } from "./use-occupations.ts";

/** The levels of preparation that a filter shows together. */
const ZONES = {
	any: [1, 2, 3, 4, 5],
	school: [1, 2],
	vocational: [3],
	degree: [4],
	long: [5],
} as const satisfies Record<string, readonly JobZone[]>;
type Zone = keyof typeof ZONES;
const ZONE_NAMES = Object.keys(ZONES) as Zone[];

/**
 * Occupations to read about, for interests that differ enough to compare them; else why there are none.
 * Nothing for an assessment without the six interests.
 */
export function IdeasSection({ profile }: { profile: Profile }) {
	const m = useResultsMessages().ideas;
	const judged = judgeForIdeas(profile);
	if (judged.kind === "no_interests") return null;
	return (
		<section class="results-group ideas" aria-labelledby="ideas">
			<h2 id="ideas">{m.title}</h2>
			{judged.kind === "differ" ? (
				<Fetched profile={profile} shares={judged.shares} />
			) : (
				<p>{judged.kind === "flat" ? m.flat : m.partial}</p>
			)}
		</section>
	);
}

function Fetched({ profile, shares }: { profile: Profile; shares: SixNumbers }) {
	const m = useResultsMessages().ideas;
	const { try_again } = useMessages();
	const { state, retry } = useOccupations();
	switch (state.kind) {
		case "fetching":
			return (
				<p class="quiet" role="status">
					{m.fetching}
				</p>
			);
		case "failed":
			return (
				<>
					<p role="status">{m.failed}</p>
					<button type="button" class="second outlined" onClick={retry}>
						{try_again}
					</button>
				</>
			);
		case "ready":
			return <List profile={profile} shares={shares} occupations={state.occupations} />;
		default:
			return unreachable(state);
	}
}

function List({
	profile,
	shares,
	occupations,
}: {
	profile: Profile;
	shares: SixNumbers;
	occupations: readonly Occupation[];
}) {
	const m = useResultsMessages().ideas;
	const [zone, setZone] = useState<Zone>("any");
	const { ideas, resembling } = findIdeas(shares, occupations, ZONES[zone]);
	return (
		<>
			<p class="quiet">{m.intro}</p>
			<fieldset class="zones">
				<legend class="unseen">{m.preparation}</legend>
				{ZONE_NAMES.map((name) => (
					<button key={name} type="button" aria-pressed={name === zone} onClick={() => setZone(name)}>
						{m.zones[name]}
					</button>
				))}
			</fieldset>
			<p class="quiet small" role="status">
				{ideas.length === 0 ? m.none : m.count(ideas.length, resembling)}
			</p>
			<ul class="jobs">
				{ideas.map((idea) => (
					<Job key={idea.occupation.code} idea={idea} profile={profile} />
				))}
			</ul>
			<details class="scale-details">
				<summary>{m.how}</summary>
				<p>{m.how_compared}</p>
				<p>{m.how_not}</p>
			</details>
			<p class="quiet attribution">
				{m.attribution} {m.changes}
			</p>
		</>
	);
}

function Job({ idea, profile }: { idea: Idea; profile: Profile }) {
	const m = useResultsMessages().ideas;
	const { list_comma } = useMessages();
	const language = useLanguage();
	const { occupation, reason, fit, near } = idea;
	const nameOf = (type: RiasecType) => {
		const scale = profile.scales.find(({ riasec_type }) => riasec_type === type);
		return scale ? inLanguage(scale.name, language) : type;
	};
	const why = m[reason.kind](reason.types.map(nameOf).join(list_comma));
	return (
		<li class="job">
			<b>{occupation.title}</b>
			<span>
				{why} · {m.prepared[occupation.job_zone]}
				{fit === "close" && ` · ${m.close}`}
			</span>
			{near.length > 0 && (
				<span class="job-near">{m.near(near.map(({ title }) => title).join(list_comma))}</span>
			)}
		</li>
	);
}
