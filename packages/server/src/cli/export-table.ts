import {
	type Answer,
	inLanguage,
	orderingIndexes,
	progressOf,
	type Question,
	unreachable,
} from "@carhythm/core";
import type { ExportedSession } from "../db/operator/session-export.ts";
import type { AssessmentVersion } from "../db/store.ts";
import type { Cell } from "./csv.ts";
import { type ScoreColumn, scoreCells } from "./export-scores.ts";

/**
 * A column as the codebook describes it. `meaning` is empty for questions and scores, which have rows of
 * their own.
 */
type Column = { name: string; meaning: string };

/** The shape of an export: its columns, and the rows that each session gives. */
export type ExportTable = {
	columns: readonly Column[];
	/** Those of the columns that hold results. */
	scores: readonly ScoreColumn[];
	rows(session: ExportedSession): readonly (readonly Cell[])[];
};

/** One row an answer. */
export const answersTable: ExportTable = {
	scores: [],
	columns: [
		{ name: "display_id", meaning: "The session; the same in every export." },
		{ name: "assessment", meaning: "The key of the assessment." },
		{ name: "version", meaning: "The version of the assessment that the session is pinned to." },
		{ name: "chapter", meaning: "The key of the chapter." },
		{ name: "question", meaning: "The key of the question." },
		{ name: "type", meaning: "slider, mcq, ordering or essay." },
		{ name: "text", meaning: "The question in English." },
		{
			name: "value",
			meaning:
				"slider: the number. mcq: the values of the chosen options. ordering: the numbers of the items, best first. essay: the text.",
		},
		{
			name: "label",
			meaning: "What the value means, in English; empty for essays and sliders without labels.",
		},
		{
			name: "answered_at",
			meaning: "When it was answered (UTC); empty where the answer is older than this program.",
		},
		{ name: "revision", meaning: "The number of the answer in the session's history." },
	],
	rows: (session) =>
		session.version.index.places.flatMap(({ question, chapter }) => {
			const given = session.answers.get(question.id);
			if (!given) return [];
			const { assessment } = session.version.index;
			const { key, type, text } = question;
			const what = [session.display_id, assessment.key, assessment.version, chapter.key, key, type, text.en];
			return [
				[
					...what,
					valueCell(question, given.answer),
					labelCell(question, given.answer),
					given.answered_at,
					given.revision,
				],
			];
		}),
};

/**
 * One row a session, with columns for each question that any of the versions asks, and for each scale's
 * stored result.
 */
export function sessionsTable(
	versions: readonly AssessmentVersion[],
	scores: readonly ScoreColumn[],
): ExportTable {
	const keys = questionKeys(versions);
	const unexplained = [...keys.map(columnOf), ...scores.map(({ name }) => name)];
	return {
		columns: [...SESSION_COLUMNS, ...unexplained.map((name) => ({ name, meaning: "" }))],
		scores,
		rows: (session) => {
			const byKey = new Map<string, Cell>();
			for (const { question } of session.version.index.places) {
				const given = session.answers.get(question.id);
				if (given) byKey.set(question.key, valueCell(question, given.answer));
			}
			const results = scoreCells(session);
			return [
				[
					...sessionCells(session),
					...keys.map((key) => byKey.get(key) ?? null),
					...scores.map(({ name }) => results.get(name) ?? null),
				],
			];
		},
	};
}

const SESSION_COLUMNS: readonly Column[] = [
	{ name: "display_id", meaning: "The session; the same in every export." },
	{ name: "assessment", meaning: "The key of the assessment." },
	{ name: "version", meaning: "The version of the assessment that the session is pinned to." },
	{ name: "status", meaning: "active, expired, completed or user_abandoned_not_completed." },
	{ name: "language", meaning: "The language that was last chosen: en or ar." },
	{ name: "started_at", meaning: "When the session began (UTC)." },
	{ name: "last_activity", meaning: "When the student last did something (UTC)." },
	{ name: "completed_at", meaning: "When the session was finished (UTC); empty when it was not." },
	{ name: "questions_answered", meaning: "Questions that have an answer." },
	{ name: "total_questions", meaning: "Questions of the version." },
	{ name: "percentage", meaning: "100 × answered ÷ total." },
	{ name: "email", meaning: "As the student gave it; empty when not given." },
	{ name: "full_name", meaning: "As the student gave it; empty when not given." },
	{ name: "age_group", meaning: "As the student gave it; empty when not given." },
	{ name: "country", meaning: "As the student gave it; empty when not given." },
	{ name: "origin_country", meaning: "As the student gave it; empty when not given." },
];

function sessionCells(session: ExportedSession): Cell[] {
	const { version, person } = session;
	const { assessment, places } = version.index;
	const progress = progressOf(session.answers.size, places.length);
	return [
		session.display_id,
		assessment.key,
		assessment.version,
		session.status,
		session.language,
		session.started_at,
		session.last_activity,
		session.completed_at,
		progress.questions_answered,
		progress.total_questions,
		progress.percentage,
		person.email || null,
		person.full_name || null,
		person.age_group || null,
		person.country || null,
		person.origin_country || null,
	];
}

/** The column of a question: its key, unless a column of the session is called so. */
export function columnOf(key: string): string {
	return SESSION_COLUMNS.some(({ name }) => name === key) ? `question.${key}` : key;
}

/** The keys of all questions, in the order of the newest version, then what only older ones ask. */
function questionKeys(versions: readonly AssessmentVersion[]): string[] {
	const keys = versions.flatMap(({ index }) => index.places.map(({ question }) => question.key));
	return [...new Set(keys)];
}

function valueCell(question: Question, answer: Answer): Cell {
	switch (answer.type) {
		case "slider":
			return answer.value;
		case "mcq":
			return question.type === "mcq" && !question.multiple
				? (answer.selected_options[0] ?? null)
				: answer.selected_options;
		case "ordering":
			return question.type === "ordering"
				? (orderingIndexes(question, answer.ordered_items)?.map((index) => index + 1) ?? answer.ordered_items)
				: answer.ordered_items;
		case "essay":
			return answer.text;
		default:
			return unreachable(answer);
	}
}

function labelCell(question: Question, answer: Answer): Cell {
	if (question.type === "slider" && answer.type === "slider") {
		const label = question.scale_labels[Math.round((answer.value - question.min) / question.step)];
		return label ? inLanguage(label, "en") : null;
	}
	if (question.type === "mcq" && answer.type === "mcq") {
		const labels = answer.selected_options.map(
			(option) => question.choices.find(({ value }) => value === option)?.label.en ?? option,
		);
		return question.multiple ? labels : (labels[0] ?? null);
	}
	if (question.type === "ordering" && answer.type === "ordering") {
		const indexes = orderingIndexes(question, answer.ordered_items);
		return indexes?.map((index) => question.items[index]?.text.en ?? "") ?? answer.ordered_items;
	}
	return null;
}
