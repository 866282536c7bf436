import {
	ADOPTED_KEY,
	Assessment,
	type Chapter,
	type LocalizedText,
	type Page,
	type Scoring,
} from "@carhythm/core";
import { counted } from "../../../counted.ts";
import { ARABIC, localizedOf, optional } from "../../../question-types/adoption.ts";
import { type Findings, noFindings } from "../../../question-types/existing-rows.ts";
import { keyOf, readQuestion } from "./questions.ts";
import type { FoundContent, PageRow, ReadChapter, ReadQuestion } from "./rows.ts";
import { readScoring } from "./scoring.ts";

/** What an adopted database's own content says, or what has to be decided before it can be said. */
export type ReadContent =
	| {
			ok: true;
			assessment: Assessment;
			scoring: Scoring | null;
			notes: readonly string[];
			losses: readonly string[];
	  }
	| { ok: false; conflicts: readonly string[] };

const TITLE: LocalizedText = { en: "Career assessment", ar: "التقييم المهني" };

/**
 * Reads the content as one version of an assessment. The rows' ids stay the ids, so that answers keep their
 * questions.
 */
export function toAssessment(content: FoundContent, version: number): ReadContent {
	const findings = noFindings();
	const taken = new Set<string>();
	const chapters = modulesOf(content.pages, findings).map((pages) =>
		readChapter(pages, content, taken, findings),
	);
	if (findings.conflicts.length > 0) return { ok: false, conflicts: findings.conflicts };
	const assessment = Assessment.safeParse({
		key: ADOPTED_KEY,
		version,
		title: chapters.length === 1 && chapters[0] ? chapters[0].chapter.title : TITLE,
		estimated_minutes: chapters.reduce((sum, { chapter }) => sum + chapter.estimated_minutes, 0),
		notices: [],
		chapters: chapters.map(({ chapter }) => chapter),
	});
	if (!assessment.success) {
		const [issue] = assessment.error.issues;
		return {
			ok: false,
			conflicts: [`the content cannot be read: ${issue?.path.join(".")}: ${issue?.message}`],
		};
	}
	for (const [range, ids] of findings.ranges) {
		findings.notes.push(
			`questions ${ids.join(", ")}: no row says how far the slider goes; it is taken to go from ${range}`,
		);
	}
	findings.notes.push(...noteLabelsWithoutArabic(assessment.data));
	const scoring = readScoring(chapters, content.pages, findings);
	return { ok: true, assessment: assessment.data, scoring, notes: findings.notes, losses: findings.losses };
}

/** The existing product has no Arabic column for the labels of scale steps; its other texts have one. */
function noteLabelsWithoutArabic({ chapters }: Assessment): string[] {
	const questions = chapters.flatMap(({ pages }) => pages.flatMap((page) => page.questions));
	if (questions.every(({ text }) => text.ar === undefined)) return [];
	const labels = questions.flatMap((question) => (question.type === "slider" ? question.scale_labels : []));
	const english = labels.filter(({ en, ar }) => ar === undefined && !ARABIC.test(en)).length;
	if (english === 0) return [];
	return [
		`${counted(english, "label")} of scale steps ${english === 1 ? "has" : "have"} no Arabic text; students who read Arabic see the English ones`,
	];
}

/** Pages that share a module name are one module; a page without one is a module by itself. */
function modulesOf(pages: readonly PageRow[], findings: Findings): PageRow[][] {
	const modules: PageRow[][] = [];
	for (const page of pages) {
		const open = modules.at(-1);
		const name = page.module_name || null;
		if (name !== null && open?.[0]?.module_name === name) {
			open.push(page);
			continue;
		}
		const before = name === null ? undefined : modules.find(([first]) => first?.module_name === name);
		if (before) {
			findings.conflicts.push(
				`the pages ${before.map(({ id }) => id).join(", ")} and ${page.id} share the module "${name}" but pages of another one stand between them; change their order_index, or name the modules apart`,
			);
		}
		modules.push([page]);
	}
	return modules;
}

function readChapter(
	rows: readonly PageRow[],
	content: FoundContent,
	taken: Set<string>,
	findings: Findings,
): ReadChapter {
	const questions: ReadQuestion[] = [];
	const pages = rows.map((row): Page => {
		const read = (content.questions.get(row.id) ?? []).flatMap((found): ReadQuestion[] => {
			const question = readQuestion(found, keyOf(found, taken), content, findings);
			return question ? [{ row: found, question }] : [];
		});
		questions.push(...read);
		return {
			id: row.id,
			key: `page-${row.id}`,
			title: localizedOf(row.title, row.title_ar) ?? { en: "" },
			...optional("description", localizedOf(row.description, row.description_ar)),
			questions: read.map(({ question }) => question),
		};
	});
	const [first] = rows;
	if (!first) throw new Error("A module has no page.");
	/** The first of the module's pages that says it speaks for all. */
	const said = <T>(what: string, read: (row: PageRow) => T | null | undefined): T | undefined => {
		const all = rows.map(read).filter((value) => value !== null && value !== undefined && value !== "");
		const different = new Set(all.map((value) => JSON.stringify(value))).size;
		if (different > 1) {
			findings.notes.push(
				`module "${first.module_name}": its pages differ in ${what}; what page ${first.id} or the next one says counts for all`,
			);
		}
		return all[0] ?? undefined;
	};
	const title = first.module_name ? localizedOf(first.module_name, first.module_name_ar) : pages[0]?.title;
	const minutes = said("estimated_minutes", ({ estimated_minutes }) => estimated_minutes);
	const chapter: Chapter = {
		key: `module-${first.id}`,
		title: title ?? { en: "" },
		...optional(
			"description",
			said("module_description", (row) => localizedOf(row.module_description, row.module_description_ar)),
		),
		...optional(
			"completion_message",
			said("completion_message", (row) => localizedOf(row.completion_message, row.completion_message_ar)),
		),
		...optional(
			"emoji",
			said("module_emoji", ({ module_emoji }) => module_emoji),
		),
		estimated_minutes: minutes ?? Math.max(1, Math.ceil(questions.length / 4)),
		...optional(
			"color_primary",
			said("module_color_primary", (row) => row.module_color_primary),
		),
		...optional(
			"color_secondary",
			said("module_color_secondary", (row) => row.module_color_secondary),
		),
		pages,
	};
	return { chapter, questions };
}
