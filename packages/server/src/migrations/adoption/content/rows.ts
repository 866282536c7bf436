import type { Chapter, Question } from "@carhythm/core";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Schema } from "../../../db/schema.ts";
import type { LedgerSchema } from "../../ledger/ledger-schema.ts";

export type PageRow = Selectable<Schema["pages"]>;
export type QuestionRow = Selectable<Schema["questions"]>;

/** What an adopted database asks, as its own tables say it. */
export type FoundContent = {
	/** The pages that are asked, in order. */
	pages: readonly PageRow[];
	/** By page, in order. */
	questions: ReadonlyMap<number, readonly QuestionRow[]>;
	/** By question: the values of sliders that students gave, and how often. */
	values: ReadonlyMap<number, readonly { value: number; n: number }[]>;
};

/** A question with the row that it was read from. */
export type ReadQuestion = { row: QuestionRow; question: Question };
export type ReadChapter = { chapter: Chapter; questions: readonly ReadQuestion[] };

/**
 * Reads the pages and questions that belong to no assessment of this program. Columns that came late count as
 * empty.
 */
export async function readContent(
	db: Kysely<LedgerSchema>,
	ours: ReadonlySet<number>,
): Promise<FoundContent> {
	return contentOf(db, ({ id, is_active }) => is_active === 1 && !ours.has(id));
}

/** The same rows as an earlier reading: the pages by their ids, in use or not. */
export async function readContentAgain(
	db: Kysely<LedgerSchema>,
	page_ids: ReadonlySet<number>,
): Promise<FoundContent> {
	return contentOf(db, ({ id }) => page_ids.has(id));
}

async function contentOf(
	db: Kysely<LedgerSchema>,
	isAsked: (page: PageRow) => boolean,
): Promise<FoundContent> {
	const pages = await sql<PageRow>`SELECT * FROM pages ORDER BY order_index, id`.execute(db);
	const questions = await sql<QuestionRow>`SELECT * FROM questions ORDER BY page_id, order_index, id`.execute(
		db,
	);
	const asked = pages.rows.filter(isAsked);
	const ids = new Set(asked.map(({ id }) => id));
	const own = questions.rows.filter(({ page_id }) => ids.has(page_id));
	return {
		pages: asked,
		questions: Map.groupBy(own, ({ page_id }) => page_id),
		values: await readValues(db, own),
	};
}

/** Only where the row itself does not say from where to where its scale goes. */
async function readValues(
	db: Kysely<LedgerSchema>,
	questions: readonly QuestionRow[],
): Promise<FoundContent["values"]> {
	const unclear = questions.filter(
		({ question_type, scale_labels }) => /slider/i.test(question_type) && !scale_labels,
	);
	if (unclear.length === 0) return new Map();
	const { rows } = await sql<{ question_id: number; value: number; n: number }>`
		SELECT question_id, answer_value AS value, count(*) AS n FROM question_answers
		WHERE answer_value IS NOT NULL AND question_id IN (${sql.join(unclear.map(({ id }) => sql.lit(id)))})
		GROUP BY question_id, answer_value`.execute(db);
	const counted = rows.map((row) => ({ ...row, n: Number(row.n) }));
	return Map.groupBy(counted, ({ question_id }) => question_id);
}
