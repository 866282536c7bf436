import {
	type Answer,
	type Cell,
	progressOf,
	QUESTION_REPORTS,
	QUESTION_TYPE_NAMES,
	type Question,
	reportsOf,
} from "@carhythm/core";
import { listed } from "../../counted.ts";
import type { ExportedSession } from "../../db/operator/session-export.ts";
import type { AssessmentVersion } from "../../db/store.ts";
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
		{ name: "type", meaning: `${listed(QUESTION_TYPE_NAMES, "or")}.` },
		{ name: "text", meaning: "The question in English." },
		{
			name: "value",
			meaning: Object.values(QUESTION_REPORTS)
				.map(({ type, value_meaning }) => `${type}: ${value_meaning}.`)
				.join(" "),
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

/** An answer of the existing product may be of another type than its question. */
function valueCell(question: Question, answer: Answer): Cell {
	return reportsOf(answer).valueCell(answer, answer.type === question.type ? question : null);
}

function labelCell(question: Question, answer: Answer): Cell {
	return answer.type === question.type ? reportsOf(question).labelCell(answer, question) : null;
}
