import { expect, test } from "vitest";
import { noFindings, readBoth } from "../../../question-types/existing-rows.ts";
import { toAssessment } from "./content.ts";
import type { FoundContent, PageRow, QuestionRow } from "./rows.ts";

/** Rows of the existing product with nothing in them but what a test says. */
function pageRow(id: number, more: Partial<PageRow> = {}): PageRow {
	return { id, title: `Page ${id}`, order_index: id, is_active: 1, module_name: "One", ...more } as PageRow;
}
function questionRow(id: number, more: Partial<QuestionRow> = {}): QuestionRow {
	return {
		id,
		page_id: 1,
		question_text: `Q${id}`,
		question_type: "essay",
		order_index: id,
		is_required: 1,
		...more,
	} as QuestionRow;
}
function found(
	questions: readonly QuestionRow[],
	pages = [pageRow(1)],
	values: FoundContent["values"] = new Map(),
) {
	return toAssessment({ pages, questions: Map.groupBy(questions, (row) => row.page_id), values }, 1);
}
function conflicts(...content: Parameters<typeof found>): string {
	const read = found(...content);
	return read.ok ? "" : read.conflicts.join("\n");
}
function question(row: QuestionRow, values?: FoundContent["values"]) {
	const read = found([row], undefined, values);
	if (!read.ok) throw new Error(read.conflicts.join("\n"));
	return read.assessment.chapters[0]?.pages[0]?.questions[0];
}

const slider = (id: number, domain: string, more: Partial<QuestionRow> = {}) =>
	questionRow(id, {
		question_type: "slider",
		scale_labels: '["a","b","c","d","e"]',
		domain,
		item_id: `I${id}`,
		...more,
	});

test("pages that share a module are one chapter; a page without one is a chapter by itself", () => {
	const pages = [pageRow(1), pageRow(2), pageRow(3, { module_name: null, title: "Alone" })];
	const read = found([], pages);
	const chapters = read.ok ? read.assessment.chapters : [];
	expect(chapters.map(({ title, pages: own }) => [title.en, own.map(({ id }) => id)])).toEqual([
		["One", [1, 2]],
		["Alone", [3]],
	]);
});

test("a module that another one interrupts needs a decision", () => {
	const pages = [pageRow(1), pageRow(2, { module_name: "Two" }), pageRow(3)];
	expect(conflicts([], pages)).toContain('share the module "One"');
});

test("a slider goes as far as its labels, its scale type or its answers say", () => {
	const unlabelled = (scale_type: string | null) => slider(1, "X", { scale_labels: null, scale_type });
	expect(question(slider(1, "X"))).toMatchObject({ min: 1, max: 5, step: 1 });
	expect(question(unlabelled("likert_7"))).toMatchObject({ min: 1, max: 7 });
	expect(question(unlabelled("0-10"))).toMatchObject({ min: 0, max: 10 });
	expect(question(unlabelled("slider_100"))).toMatchObject({ min: 0, max: 100 });
	expect(question(unlabelled(null))).toMatchObject({ min: 1, max: 5 });
	const given = (value: number) => new Map([[1, [{ value, n: 10 }]]]);
	expect(question(unlabelled(null), given(70))).toMatchObject({ min: 0, max: 100 });
	expect(conflicts([unlabelled(null)], undefined, given(99_999))).toContain("set scale_type");
});

test("labels of steps without Arabic are told in one line where the content is in Arabic too", () => {
	const told = (...rows: QuestionRow[]) => {
		const read = found(rows);
		return read.ok ? read.notes.filter((note) => note.includes("labels of scale steps")) : null;
	};
	const arabic = { question_text_ar: "أحب الشاي." };
	expect(told(slider(1, "R", arabic), slider(2, "R"), questionRow(3, arabic))).toEqual([
		"10 labels of scale steps have no Arabic text; students who read Arabic see the English ones",
	]);
	expect(told(slider(1, "R"))).toEqual([]);
	expect(told(slider(1, "R", { ...arabic, scale_labels: '["لا","نعم"]' }))).toEqual([]);
	// A single label is not shown.
	expect(told(slider(1, "R", { ...arabic, scale_labels: '["a"]', scale_type: "likert_5" }))).toEqual([]);
});

test("options of both languages meet by value, and each language may lack one", () => {
	const row = questionRow(1, {
		mcq_options: JSON.stringify([
			{ label: "One", value: "A" },
			{ label: "Two", value: "B" },
		]),
		mcq_options_ar: JSON.stringify([
			{ label: "ثلاثة", value: "C" },
			{ label: "واحد", value: "A" },
		]),
	});
	const findings = noFindings();
	const options = readBoth(row, { en: "mcq_options", ar: "mcq_options_ar" }, findings);
	expect(options?.map(({ value, text }) => [value, text])).toEqual([
		["A", { en: "One", ar: "واحد" }],
		["B", { en: "Two" }],
		["C", { en: "ثلاثة", ar: "ثلاثة" }],
	]);
	expect(findings.notes).toHaveLength(1);
});

test("texts by themselves meet by place; lists of different lengths need a decision", () => {
	const row = (ar: readonly string[]) =>
		questionRow(1, {
			question_type: "ordering",
			ordering_options: '["Plan","Do"]',
			ordering_options_ar: JSON.stringify(ar),
		});
	expect(question(row(["خطط", "نفذ"]))).toMatchObject({
		items: [{ text: { en: "Plan", ar: "خطط" } }, { text: { en: "Do", ar: "نفذ" } }],
	});
	expect(conflicts([row(["خطط"])])).toContain("which belong together");
});

test.each([
	[
		"an unknown type",
		{ question_type: "matrix" as QuestionRow["question_type"] },
		'question_type is "matrix"',
	],
	["options that are no JSON", { question_type: "mcq", mcq_options: "A;B" }, "not a list in JSON"],
	["an option without a text", { question_type: "mcq", mcq_options: "[{}]" }, "neither a label nor a text"],
	[
		"items that read alike",
		{ question_type: "ordering", ordering_options: '["A","A"]' },
		"have the same text",
	],
] as const)("%s stops the adoption with a question", (_, row, sentence) => {
	expect(conflicts([questionRow(7, row)])).toContain(sentence);
	expect(conflicts([questionRow(7, row)])).toContain("question 7");
});

test("the scoring key follows domains and reversed items; the letters of a module tell interests from traits", () => {
	const pages = [pageRow(1), pageRow(2, { module_name: "Two" })];
	const read = found(
		[
			slider(1, "R"),
			slider(2, "E"),
			slider(3, "E", { page_id: 2 }),
			slider(4, "N", { page_id: 2, reverse_scored: 1 }),
			slider(5, "self_efficacy", { page_id: 2 }),
		],
		pages,
	);
	const scales = read.ok ? (read.scoring?.scales ?? []) : [];
	expect(scales.map(({ key, kind, items }) => [key, kind, items])).toEqual([
		["interest-r", "riasec", [{ question: "i1" }]],
		["interest-e", "riasec", [{ question: "i2" }]],
		["trait-e", "trait", [{ question: "i3" }]],
		["trait-n", "trait", [{ question: "i4", reverse: true }]],
		["self-efficacy", "scale", [{ question: "i5" }]],
	]);
});

test("interests count 3 points for a chosen option and 6 to 1 for places, whatever the rows' own points say", () => {
	const options = ["R", "I"].map((domain, n) => ({ label: domain, value: "AB"[n], domain, score_value: 1 }));
	const items = ["R", "I", "A", "S", "E", "C"].map((domain) => ({ text: `Do ${domain}`, domain }));
	const read = found([
		slider(1, "R", { reverse_scored: 1 }),
		questionRow(2, { question_type: "mcq", item_id: "M2", mcq_options: JSON.stringify(options) }),
		questionRow(3, { question_type: "ordering", item_id: "O3", ordering_options: JSON.stringify(items) }),
	]);
	const scales = read.ok ? (read.scoring?.scales ?? []) : [];
	expect(scales.find(({ key }) => key === "interest-r")).toMatchObject({
		method: "points",
		items: [
			{ question: "i1" },
			{ question: "m2", option_scores: { A: 3 } },
			{ question: "o3", rank_scores: { items: ["Do R"], points: [6, 5, 4, 3, 2, 1] } },
		],
	});
	expect(scales.map(({ key }) => key)).toContain("interest-c");
});

test("traits and habits are scored from the sliders of their module's page alone", () => {
	const pages = [pageRow(1), pageRow(2, { module_name: "Two" }), pageRow(3, { module_name: "Three" })];
	const option = (domain: string, score_value: number) => ({
		label: "x",
		value: `${score_value}`,
		domain,
		score_value,
	});
	const read = found(
		[
			slider(1, "R"),
			slider(2, "O", { page_id: 2 }),
			slider(3, "empathy", { page_id: 3 }),
			// The existing product gives no points for these.
			questionRow(4, {
				page_id: 3,
				question_type: "mcq",
				mcq_options: JSON.stringify([option("empathy", 1), option("empathy", 4)]),
			}),
			slider(5, "empathy", { page_id: 2 }),
		],
		pages,
	);
	if (!read.ok) throw new Error("It cannot be read.");
	expect(read.scoring?.scales.map(({ key, items }) => [key, items.map(({ question }) => question)])).toEqual([
		["interest-r", ["i1"]],
		["trait-o", ["i2"]],
		["empathy", ["i3"]],
	]);
	expect(read.scoring?.existing_profile).toEqual({
		riasec: { R: "interest-r" },
		bigfive: { O: "trait-o" },
		behavioral: { empathy: "empathy" },
	});
});

test("a domain that nothing explains is told as lost, with its questions", () => {
	const read = found([slider(1, "Q"), slider(2, "grit")]);
	if (!read.ok) throw new Error("It cannot be read.");
	expect(read.scoring?.scales.map(({ key }) => key)).toEqual(["grit"]);
	expect(read.losses.join()).toMatch(/questions 1 get no score .* domain Q/);
	expect(read.scoring?.existing_profile).toBeUndefined();
});
