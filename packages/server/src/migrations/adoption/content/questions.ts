import { Key, type Question } from "@carhythm/core";
import { listed } from "../../../counted.ts";
import { localizedOf, optional, type QuestionBase } from "../../../question-types/adoption.ts";
import type { Findings } from "../../../question-types/existing-rows.ts";
import { ADOPTED_TYPES, adoptionOf } from "../../../question-types/index.ts";
import type { FoundContent, QuestionRow } from "./rows.ts";

/** The key of a question: the item's own name where it can be one. Taken ones are numbered by the row. */
export function keyOf({ id, item_id }: QuestionRow, taken: Set<string>): string {
	const folded = Key.safeParse((item_id ?? "").trim().toLowerCase());
	const key = folded.success && !taken.has(folded.data) ? folded.data : `question-${id}`;
	taken.add(key);
	return key;
}

/** A row as a question; null where a conflict says why not. */
export function readQuestion(
	row: QuestionRow,
	key: string,
	content: FoundContent,
	findings: Findings,
): Question | null {
	const base: QuestionBase = {
		id: row.id,
		key,
		...optional("item_id", row.item_id === key ? undefined : row.item_id),
		text: localizedOf(row.question_text, row.question_text_ar) ?? { en: "" },
		required: row.is_required === 1,
		...optional("scene_title", localizedOf(row.scene_title, row.scene_title_ar)),
		...optional("scene_narrative", localizedOf(row.scene_narrative, row.scene_narrative_ar)),
		...optional("scene_image", row.scene_image_url || row.image_path || undefined),
		...optional("scene_theme", row.scene_theme || undefined),
	};
	const adoption = adoptionOf(row.question_type.toLowerCase());
	if (adoption) return adoption.readQuestion(row, base, { values: content.values, findings });
	findings.conflicts.push(
		`question ${row.id}: its question_type is "${row.question_type}", and only ${listed(ADOPTED_TYPES, "and")} are known; correct the row, or take its page out of use (is_active)`,
	);
	return null;
}
