import type { Assessment, Chapter, LocalizedText, Page, Question } from "@carhythm/core";
import type { Insertable, RawBuilder, Transaction } from "kysely";
import type { NextIds } from "../../assessments/assign-ids.ts";
import { NO_TYPE_COLUMNS } from "../../question-types/columns.ts";
import { serverTypeOf } from "../../question-types/index.ts";
import type { Schema } from "../schema.ts";

// The existing product's `pages` and `questions` hold the newest version of every assessment, for the
// programs that read them and for the foreign keys of answers. What a session is asked comes from
// `assessment_versions`.

type Now = RawBuilder<string>;
type PageRow = Insertable<Schema["pages"]>;
type QuestionRow = Insertable<Schema["questions"]>;

/** Ids that no page and no question has. The transaction keeps every other writer out until they are used. */
export async function nextIds(tx: Transaction<Schema>): Promise<NextIds> {
	let page_id = await highestId(tx, "pages");
	let question_id = await highestId(tx, "questions");
	return {
		page_id: () => {
			page_id += 1;
			return page_id;
		},
		question_id: () => {
			question_id += 1;
			return question_id;
		},
	};
}

async function highestId(tx: Transaction<Schema>, table: "pages" | "questions"): Promise<number> {
	const { id } = await tx
		.selectFrom(table)
		.select((select) => select.fn.max<number | null>("id").as("id"))
		.executeTakeFirstOrThrow();
	return id ?? 0;
}

/** Writes the rows of a version: the same id is the same row, brought up to date. */
export async function writePages(tx: Transaction<Schema>, assessment: Assessment, now: Now): Promise<void> {
	const taken = await takenItemIds(tx);
	let page_order = 0;
	for (const [chapter_index, chapter] of assessment.chapters.entries()) {
		for (const page of chapter.pages) {
			page_order += 1;
			const { id, created_at, ...row } = pageRow(chapter, chapter_index, page, page_order, now);
			await tx
				.insertInto("pages")
				.values({ id, created_at, ...row })
				.onConflict((found) => found.column("id").doUpdateSet(row))
				.execute();
			for (const [index, question] of page.questions.entries()) {
				const item_id = taken.has(question.key) ? null : question.key;
				await writeQuestion(tx, questionRow(page, question, index + 1), { item_id, created_at });
				taken.add(question.key);
			}
		}
	}
}

/** Pages that an older version had and the new one has not are no longer active. */
export async function retirePages(
	tx: Transaction<Schema>,
	before: Assessment,
	after: Assessment,
): Promise<void> {
	const kept = new Set(pageIds(after));
	const gone = pageIds(before).filter((id) => !kept.has(id));
	if (gone.length > 0) await tx.updateTable("pages").set({ is_active: 0 }).where("id", "in", gone).execute();
}

function pageIds(assessment: Assessment): number[] {
	return assessment.chapters.flatMap((chapter) => chapter.pages.map((page) => page.id));
}

/** `item_id` is unique over all assessments and versions, so only the first question of a key has it. */
async function takenItemIds(tx: Transaction<Schema>): Promise<Set<string>> {
	const rows = await tx.selectFrom("questions").select("item_id").where("item_id", "is not", null).execute();
	return new Set(rows.flatMap(({ item_id }) => item_id ?? []));
}

async function writeQuestion(
	tx: Transaction<Schema>,
	{ id, ...row }: ReturnType<typeof questionRow>,
	onlyOnce: { item_id: string | null; created_at: Now },
): Promise<void> {
	await tx
		.insertInto("questions")
		.values({ id, ...row, ...onlyOnce })
		.onConflict((found) => found.column("id").doUpdateSet(row))
		.execute();
}

function pageRow(
	chapter: Chapter,
	chapter_index: number,
	page: Page,
	order_index: number,
	created_at: Now,
): Omit<PageRow, "id" | "created_at"> & { id: number; created_at: Now } {
	return {
		id: page.id,
		title: page.title.en,
		title_ar: arabic(page.title),
		description: page.description?.en ?? null,
		description_ar: arabic(page.description),
		order_index,
		is_active: 1,
		created_at,
		module_name: chapter.title.en,
		module_name_ar: arabic(chapter.title),
		module_emoji: chapter.emoji ?? null,
		module_description: chapter.description?.en ?? null,
		module_description_ar: arabic(chapter.description),
		module_color_primary: chapter.color_primary ?? null,
		module_color_secondary: chapter.color_secondary ?? null,
		chapter_number: chapter_index + 1,
		// Clients of the existing product add up the minutes of a module's pages.
		estimated_minutes: chapter.pages[0] === page ? Math.round(chapter.estimated_minutes) : null,
		completion_message: chapter.completion_message?.en ?? null,
		completion_message_ar: arabic(chapter.completion_message),
	};
}

function questionRow(
	page: Page,
	question: Question,
	order_index: number,
): Omit<QuestionRow, "id" | "created_at"> & { id: number } {
	return {
		id: question.id,
		page_id: page.id,
		question_text: question.text.en,
		question_text_ar: arabic(question.text),
		question_type: question.type,
		order_index,
		is_required: question.required ? 1 : 0,
		...NO_TYPE_COLUMNS,
		...serverTypeOf(question).questionColumns(question),
		scene_title: question.scene_title?.en ?? null,
		scene_title_ar: arabic(question.scene_title),
		scene_narrative: question.scene_narrative?.en ?? null,
		scene_narrative_ar: arabic(question.scene_narrative),
		scene_image_url: question.scene_image ?? null,
		scene_theme: question.scene_theme ?? null,
	};
}

function arabic(text: LocalizedText | undefined): string | null {
	return text?.ar ?? null;
}
