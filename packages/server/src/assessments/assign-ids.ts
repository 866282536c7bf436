import type { Assessment, Page, Question } from "@carhythm/core";
import { type QuestionFile, serverTypeOf } from "../question-types/index.ts";
import type { AssessmentFile } from "./file.ts";

/** Where new ids come from, usually the database. */
export type NextIds = { page_id(): number; question_id(): number };

/**
 * Makes the next version of an assessment from its file. A page keeps the id it had under its key. A question
 * keeps its id when its key, its type and what can be answered to it are the same, so that answers carry
 * over; wording may change.
 */
export function assignIds(file: AssessmentFile, previous: Assessment | null, nextIds: NextIds): Assessment {
	if (previous !== null && previous.key !== file.key) {
		throw new Error(`${file.key} cannot be a version of ${previous.key}`);
	}
	const pages = previous?.chapters.flatMap((chapter) => chapter.pages) ?? [];
	const pageByKey = new Map(pages.map((page) => [page.key, page]));
	const questionByKey = new Map(
		pages.flatMap((page) => page.questions).map((question) => [question.key, question]),
	);

	const asQuestion = (written: QuestionFile): Question => {
		const before = questionByKey.get(written.key);
		const question = serverTypeOf(written).complete(written, file.scale_label_sets);
		if (before !== undefined) {
			const same: Question = { ...question, id: before.id };
			if (before.type === same.type && serverTypeOf(same).answersCarryOver(before, same)) return same;
		}
		return { ...question, id: nextIds.question_id() };
	};
	const asPage = (page: AssessmentFile["chapters"][number]["pages"][number]): Page => ({
		...page,
		id: pageByKey.get(page.key)?.id ?? nextIds.page_id(),
		questions: page.questions.map(asQuestion),
	});
	return {
		key: file.key,
		version: (previous?.version ?? 0) + 1,
		title: file.title,
		...(file.description && { description: file.description }),
		estimated_minutes: file.estimated_minutes,
		notices: file.notices,
		...(file.attribution.length > 0 && { attribution: file.attribution }),
		chapters: file.chapters.map((chapter) => ({ ...chapter, pages: chapter.pages.map(asPage) })),
	};
}
