import type { Answer } from "@carhythm/core";
import { migrateUp } from "../../migrations/runner.ts";
import type { Engine } from "../stores/an-engine.ts";
import { aPredecessorDatabase, type PredecessorDatabase } from "./databases.ts";

/**
 * A questionnaire of the form that the existing product scores: interests by sliders, choices and rankings,
 * five traits of five sliders, seven habits of three. The texts are our own.
 */
export async function aPredecessorQuestionnaire(engine: Engine): Promise<PredecessorDatabase> {
	const predecessor = await aPredecessorDatabase(engine, "guide_empty");
	await predecessor.exec(...PAGES, ...QUESTIONS.map(insertQuestion));
	return predecessor;
}

/** The same after its adoption, which is done once a run. */
export function anAdoptedQuestionnaire(engine: Engine): Promise<PredecessorDatabase> {
	return aPredecessorDatabase(engine, "guide_empty", {
		name: "adopted_questionnaire",
		async prepare(predecessor) {
			await predecessor.exec(...PAGES, ...QUESTIONS.map(insertQuestion));
			await migrateUp(await predecessor.open(), { adopt: true });
		},
	});
}

const TYPES = ["R", "I", "A", "S", "E", "C"] as const;
const TRAITS = ["O", "C", "E", "A", "N"] as const;
const HABITS = [
	"motivation_type",
	"grit_persistence",
	"self_efficacy",
	"resilience",
	"learning_orientation",
	"empathy",
	"task_start_tempo",
] as const;

type Row = {
	id: number;
	page_id: number;
	type: "slider" | "mcq" | "ordering";
	domain: string | null;
	reversed?: boolean;
	options?: readonly object[];
	options_ar?: readonly object[];
};

const PAGES = [
	[1, "Likes", "What you like doing.", 5],
	[2, "Ways", null, 0],
	[3, "Habits", "How you work.", 4],
].map(
	([id, name, description, minutes]) =>
		`INSERT INTO pages (id, title, description, order_index, is_active, created_at, module_name, module_emoji, chapter_number, estimated_minutes)
		VALUES (${id}, '${name}', ${description ? `'${description}'` : "NULL"}, ${id}, TRUE, '2024-01-05 08:00:00', '${name}', ${id === 2 ? "NULL" : "'🧭'"}, ${id === 2 ? "NULL" : id}, ${minutes})`,
);

/** Either-or questions: each type stands in two of them. */
const PAIRS = TYPES.map((type, n) => [type, TYPES[(n + 1) % TYPES.length] ?? type] as const);

const QUESTIONS: readonly Row[] = [
	...TYPES.flatMap((type) => [1, 2, 3].map(() => ({ page_id: 1, type: "slider" as const, domain: type }))),
	...PAIRS.map((pair) => ({
		page_id: 1,
		type: "mcq" as const,
		domain: null,
		// The existing product counts 3 whatever stands here.
		options: pair.map((type, n) => ({ label: `Do ${type}`, value: "AB"[n], domain: type, score_value: 1 })),
	})),
	...[1, 2, 3].map((round) => ({
		page_id: 1,
		type: "ordering" as const,
		domain: null,
		options: TYPES.map((type) => ({ text: rankText(round, type), domain: type })),
		options_ar: TYPES.map((type) => ({ text: rankTextAr(round, type), domain: type })),
	})),
	...TRAITS.flatMap((trait) =>
		[1, 2, 3, 4, 5].map(() => ({
			page_id: 2,
			type: "slider" as const,
			domain: trait,
			reversed: trait === "N",
		})),
	),
	...HABITS.flatMap((habit) =>
		[1, 2, 3].map((n) => ({ page_id: 3, type: "slider" as const, domain: habit, reversed: n === 3 })),
	),
].map((row, n) => ({ id: n + 1, ...row }));

function rankText(round: number, type: string): string {
	return `Round ${round}: ${type}`;
}

function rankTextAr(round: number, type: string): string {
	return `الجولة ${round}: ${type}`;
}

function insertQuestion({ id, page_id, type, domain, reversed, options, options_ar }: Row): string {
	const json = (value: readonly object[] | undefined) => (value ? `'${JSON.stringify(value)}'` : "NULL");
	const labels = type === "slider" ? `'["no","a little","partly","mostly","yes"]'` : "NULL";
	return `INSERT INTO questions (id, page_id, question_text, question_type, order_index, is_required, item_id, domain, reverse_scored, scale_labels, mcq_options, ordering_options, ordering_options_ar, allow_multiple_selection, randomize_order, created_at)
		VALUES (${id}, ${page_id}, 'Question ${id}', '${type}', ${id}, TRUE, 'item${id}', ${domain ? `'${domain}'` : "NULL"}, ${reversed ? "TRUE" : "FALSE"}, ${labels},
		${type === "mcq" ? json(options) : "NULL"}, ${type === "ordering" ? json(options) : "NULL"}, ${json(options_ar)}, FALSE, FALSE, '2024-01-05 09:00:00')`;
}

/**
 * The answers of one student: per type, trait and habit the values of its sliders, the chosen types, the
 * rankings.
 */
export type Given = {
	likes: Readonly<Partial<Record<(typeof TYPES)[number], readonly number[]>>>;
	/** The chosen type of each either-or question, in order. */
	chosen: readonly string[];
	/** The types of each ranking, first place first, in order. `ar`: the student read Arabic. */
	ranked: readonly { types: string; ar?: true }[];
	traits: Readonly<Partial<Record<(typeof TRAITS)[number], readonly number[]>>>;
	habits: Readonly<Partial<Record<(typeof HABITS)[number], readonly number[]>>>;
};

/** The answers by question id. */
export function answersOf(given: Given): [question_id: number, Answer][] {
	const answers: [number, Answer][] = [];
	const groups: readonly (readonly [
		names: readonly string[],
		values: Readonly<Record<string, readonly number[]>>,
	])[] = [
		[TYPES, given.likes],
		[TRAITS, given.traits],
		[HABITS, given.habits],
	];
	const sliders = QUESTIONS.filter(({ type }) => type === "slider");
	for (const [n, [names, values]] of groups.entries()) {
		for (const name of names) {
			const own = sliders.filter(({ domain, page_id }) => domain === name && page_id === n + 1);
			for (const [item, value] of (values[name] ?? []).entries()) {
				const id = own[item]?.id;
				if (id !== undefined) answers.push([id, { type: "slider", value }]);
			}
		}
	}
	const choices = QUESTIONS.filter(({ type }) => type === "mcq");
	for (const [n, type] of given.chosen.entries()) {
		const option = PAIRS[n]?.[0] === type ? "A" : "B";
		const id = choices[n]?.id;
		if (id !== undefined) answers.push([id, { type: "mcq", selected_options: [option] }]);
	}
	const rankings = QUESTIONS.filter(({ type }) => type === "ordering");
	for (const [n, { types, ar }] of given.ranked.entries()) {
		const ordered_items = [...types].map((type) => (ar ? rankTextAr : rankText)(n + 1, type));
		const id = rankings[n]?.id;
		if (id !== undefined) answers.push([id, { type: "ordering", ordered_items }]);
	}
	return answers.sort(([a], [b]) => a - b);
}
