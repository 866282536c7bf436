import type { Assessment, Question } from "@carhythm/core";

/** The version id under which the tests' server serves {@link anAssessment}. */
export const VERSION_ID = 11;

/** An assessment of `count` five-point sliders, then an essay; question ids count from 1. */
export function anAssessment(count = 12): Assessment {
	const sliders = Array.from(
		{ length: count },
		(_, index): Question => ({
			id: index + 1,
			key: `q${index + 1}`,
			type: "slider",
			text: { en: `Question ${index + 1}` },
			required: true,
			min: 1,
			max: 5,
			step: 1,
			scale_labels: [],
		}),
	);
	const essay: Question = {
		id: count + 1,
		key: "essay",
		type: "essay",
		text: { en: "In your own words" },
		required: false,
		char_limit: 600,
	};
	return {
		key: "test",
		version: 1,
		title: { en: "Test" },
		estimated_minutes: 3,
		notices: [],
		chapters: [
			{
				key: "one",
				title: { en: "One" },
				estimated_minutes: 3,
				pages: [{ id: 100, key: "p1", title: { en: "Page" }, questions: [...sliders, essay] }],
			},
		],
	};
}
