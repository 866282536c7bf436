import { AssessmentFile } from "../../src/assessments/file.ts";

/**
 * The steps of a slider. With this many, each answer of a simulation has a value of its own, which identifies
 * it.
 */
export const FINEST = 1_000_000_000;

/** The assessment of the simulations: sliders on two pages, then one question of every other type. */
export function simulatedAssessment(sliders = 5): AssessmentFile {
	const slider = (number: number) => ({
		key: `scale-${number}`,
		type: "slider",
		text: { en: `Scale ${number}`, ar: `مقياس ${number}` },
		min: 0,
		max: FINEST,
		step: 1,
		scale_labels: [],
	});
	const numbers = Array.from({ length: sliders }, (_, index) => index + 1);
	const middle = Math.ceil(sliders / 2);
	return AssessmentFile.parse({
		key: "simulated",
		languages: ["en", "ar"],
		title: { en: "Simulated", ar: "محاكاة" },
		estimated_minutes: 2,
		chapters: [
			{
				key: "one",
				title: { en: "One", ar: "واحد" },
				estimated_minutes: 1,
				pages: [
					{ key: "p1", title: { en: "First" }, questions: numbers.slice(0, middle).map(slider) },
					{ key: "p2", title: { en: "Second" }, questions: numbers.slice(middle).map(slider) },
				],
			},
			{
				key: "two",
				title: { en: "Two", ar: "اثنان" },
				estimated_minutes: 1,
				pages: [{ key: "p3", title: { en: "Third" }, questions: OTHER_KINDS }],
			},
		],
	});
}

const OTHER_KINDS = [
	{
		key: "choice",
		type: "mcq",
		text: { en: "Which?", ar: "أيّ؟" },
		multiple: true,
		choices: ["a", "b", "c"].map((value) => ({ value, label: { en: value, ar: value } })),
	},
	{
		key: "order",
		type: "ordering",
		text: { en: "In which order?", ar: "بأي ترتيب؟" },
		items: ["x", "y", "z"].map((text) => ({ text: { en: text, ar: `${text}ع` } })),
		randomize: true,
	},
	{ key: "words", type: "essay", required: false, text: { en: "In words", ar: "بالكلمات" }, char_limit: 200 },
];
