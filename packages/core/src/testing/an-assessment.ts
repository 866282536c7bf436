import { type Assessment, type AssessmentIndex, indexAssessment } from "../assessment.ts";
import type { Question } from "../question-types/index.ts";

const text = (en: string) => ({ en, ar: `ع ${en}` });

/** Five questions, one of each type and a plain slider, on three pages of two chapters. Ids are 101–105 and 11–13. */
export const QUESTIONS = {
	labelled: {
		id: 101,
		key: "likes-building",
		type: "slider",
		text: text("I like to build things."),
		required: true,
		min: 1,
		max: 5,
		step: 1,
		scale_labels: ["Never", "Rarely", "Sometimes", "Often", "Always"].map(text),
	},
	plain: {
		id: 102,
		key: "energy",
		type: "slider",
		text: text("How much energy do you have?"),
		required: true,
		min: 0,
		max: 1,
		step: 0.1,
		scale_labels: [],
	},
	mcq: {
		id: 103,
		key: "places",
		type: "mcq",
		text: text("Where would you like to work?"),
		required: true,
		multiple: true,
		choices: ["indoors", "outdoors", "anywhere"].map((value) => ({ value, label: text(value) })),
	},
	ordering: {
		id: 104,
		key: "order",
		type: "ordering",
		text: text("Put these in order."),
		required: true,
		items: ["first", "second", "third", "fourth"].map((item) => ({ text: text(item) })),
		randomize: true,
	},
	essay: {
		id: 105,
		key: "essay",
		type: "essay",
		text: text("Tell about a day."),
		required: false,
		char_limit: 20,
	},
} as const satisfies Record<string, Question | object>;

/** A small assessment for tests. */
function anAssessment(): Assessment {
	const questions = JSON.parse(JSON.stringify(QUESTIONS)) as Record<keyof typeof QUESTIONS, Question>;
	const page = (id: number, ...on: Question[]) => ({
		id,
		key: `page-${id}`,
		title: text(`Page ${id}`),
		questions: on,
	});
	return {
		key: "small",
		version: 1,
		title: text("Small"),
		estimated_minutes: 2,
		notices: [],
		chapters: [
			{
				key: "one",
				title: text("One"),
				estimated_minutes: 1,
				pages: [page(11, questions.labelled, questions.plain), page(12, questions.mcq)],
			},
			{
				key: "two",
				title: text("Two"),
				estimated_minutes: 1,
				pages: [page(13, questions.ordering, questions.essay)],
			},
		],
	};
}

/** {@link anAssessment}, laid out. */
export function anIndex(): AssessmentIndex {
	return indexAssessment(anAssessment());
}
