import type { Assessment, LocalizedText, Page, Question } from "@carhythm/core";
import type { AssessmentFile, QuestionFile } from "./file.ts";

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
		const question = completeQuestion(written, file.scale_label_sets);
		if (before !== undefined) {
			const same: Question = { ...question, id: before.id };
			if (answersCarryOver(before, same)) return same;
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

/** Whether every answer that fitted the question before fits it still and means the same. */
function answersCarryOver(before: Question, now: Question): boolean {
	switch (now.type) {
		case "slider":
			return (
				before.type === "slider" &&
				before.min === now.min &&
				before.max === now.max &&
				before.step === now.step
			);
		case "mcq":
			return (
				before.type === "mcq" &&
				before.multiple === now.multiple &&
				sameSet(
					before.choices.map(({ value }) => value),
					now.choices.map(({ value }) => value),
				)
			);
		case "ordering":
			// A ranking is stored as texts, so a new wording is a new question.
			return (
				before.type === "ordering" &&
				sameSet(
					before.items.map(({ text }) => JSON.stringify([text.en, text.ar])),
					now.items.map(({ text }) => JSON.stringify([text.en, text.ar])),
				)
			);
		case "essay":
			return (
				before.type === "essay" &&
				(now.char_limit === null || (before.char_limit !== null && before.char_limit <= now.char_limit))
			);
	}
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && new Set([...a, ...b]).size === a.length;
}

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

function completeQuestion(
	question: QuestionFile,
	labelSets: Readonly<Record<string, LocalizedText[]>>,
): WithoutId<Question> {
	if (question.type !== "slider") return question;
	const { scale_labels } = question;
	const labels = typeof scale_labels === "string" ? labelSets[scale_labels] : scale_labels;
	if (labels === undefined) throw new Error(`There is no label set ${String(scale_labels)}`);
	return { ...question, scale_labels: labels };
}
