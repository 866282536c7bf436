import type { JobZone } from "@carhythm/core";
import { createFormat } from "@carhythm/ui/format";

const { number, percent, count } = createFormat("en", ["one", "other"]);

/** The texts of the results in English; they come with that screen, not with the first one. */
export const results = {
	title: "Your results",
	percent,
	pending_title: "You are through.",
	pending:
		"Your answers are on this device and are still being sent. Your results appear here as soon as the server has them.",
	preparing: "Preparing your results",
	failed: "Your results could not be fetched. Your answers are safe.",
	gone: "These results can no longer be opened here: their time is over, or the server was set up anew. If you need them, ask whoever gave you this address.",
	from: (answered: number, total: number) =>
		`From ${number(answered)} of ${number(total)} answers. Each line below says how sure it is.`,
	bars: "The dot is you. The bar around it is how far a second try would usually land: two times out of three.",
	hexagon: (list: string) => `Hexagon of the six interest types, from the middle to the rim: ${list}.`,
	hexagon_entry: (name: string, share: number) => `${name} ${percent(share)}`,
	no_interests:
		"For the hexagon all six types need enough answers. Some are missing, so it is not drawn and nothing is put in order.",
	tied: "too close to put in order",
	in_words: "In words",
	show_table: "As a table",
	hide_table: "Hide the table",
	table_scale: "Scale",
	table_place: "Place in the possible range",
	table_second_try: "A second try usually lands between",
	table_answers: "Answers",
	of: (answered: number, total: number) => `${number(answered)} of ${number(total)}`,
	second_try: (from: number, to: number) => `${percent(from)} and ${percent(to)}`,
	preliminary: "preliminary",
	preliminary_row: (band: string) => `Preliminary: ${band}`,
	preliminary_key:
		"A striped part is preliminary: an answer is missing, so only the part of the range is known.",
	too_few: "too few answers",
	details: "What each line means",
	from_answers: (answered: number, total: number) => `From ${number(answered)} of ${number(total)} answers.`,
	choices: "What you chose",
	written: "What you wrote",
	notes: "How to read this",
	print: "Print",
	keep: "Keep this page as a PDF",
	keep_hint: "In the window that opens, choose “Save as PDF” as the printer.",
	again: "Take it again",
	again_title: "Take it again?",
	again_body:
		"A new, empty assessment begins. This page will then no longer open these results, so print or save them first.",
	again_yes: "Begin a new one",
	again_no: "Stay here",

	ideas: {
		title: "Ideas to explore",
		intro: "Occupations whose interest profile resembles yours. Ideas to read about, not advice.",
		how: "How this works",
		how_compared:
			"For each occupation the O*NET Database says how much of the six interests the work has. Shown are those whose six numbers rise and fall as yours do (correlation of .61 or more; .73 or more is called close), one for each group of similar work.",
		how_not:
			"Nothing here knows what you are good at, what an occupation pays, or whether it exists where you live. An idea that is missing is not a wrong idea.",
		preparation: "Preparation",
		zones: {
			any: "Any preparation",
			school: "School",
			vocational: "Vocational",
			degree: "Degree",
			long: "Longer study",
		},
		prepared: {
			1: "little preparation",
			2: "school and some training",
			3: "vocational training",
			4: "a degree",
			5: "longer study",
		} satisfies Record<JobZone, string>,
		both_high: (list: string) => `High in both: ${list}`,
		both_low: (list: string) => `Low in both: ${list}`,
		close: "close",
		near: (list: string) => `Similar: ${list}`,
		count: (shown: number, resembling: number) =>
			`${number(shown)} shown of ${count(resembling, { one: "# occupation", other: "# occupations" })} that fit.`,
		none: "No occupation of this preparation resembles your interests closely enough.",
		flat: "Your six interests lie too close together to compare them with occupations: any list would be chance.",
		partial: "Ideas need enough answers for all six interests; some are missing.",
		fetching: "Fetching occupations",
		failed: "The occupations could not be fetched.",
		attribution:
			"This page includes information from the O*NET 30.2 Database by the U.S. Department of Labor, Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA. The CaRhythm project has modified all or some of this information. USDOL/ETA has not approved, endorsed, or tested these modifications.",
		changes:
			"Changes: codes, titles and interests were selected from release 30.2; job zones are of an earlier release (up to August 2024). The Arabic names are CaRhythm’s.",
	},
};

export type ResultsMessages = typeof results;
