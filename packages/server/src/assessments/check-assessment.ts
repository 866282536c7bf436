import { StorableText } from "@carhythm/core";
import { counted } from "../counted.ts";
import { QuestionFile, type SliderFile } from "./file.ts";
import { type Finding, isRecord, type Path } from "./problem.ts";

/**
 * A question of a file that may still have mistakes. `question` is there only when the question by itself is
 * sound.
 */
export type FoundQuestion = { path: Path; key: string | null; question: QuestionFile | null };

/** All questions of parsed but unchecked data, in order. */
export function collectQuestions(data: unknown): FoundQuestion[] {
	const found: FoundQuestion[] = [];
	for (const chapter of entries(data, "chapters", [])) {
		for (const page of entries(chapter.value, "pages", chapter.path)) {
			for (const { value, path } of entries(page.value, "questions", page.path)) {
				const parsed = QuestionFile.safeParse(value);
				found.push({ path, key: keyOf(value), question: parsed.success ? parsed.data : null });
			}
		}
	}
	return found;
}

/**
 * What a schema cannot say: rules between the parts. Works around broken parts, so that all mistakes show at
 * once.
 */
export function checkAssessment(data: unknown, questions: readonly FoundQuestion[]): Finding[] {
	const chapters = entries(data, "chapters", []);
	const pages = chapters.flatMap(({ value, path }) => entries(value, "pages", path));
	return [
		...checkLanguages(data),
		...repeated(
			"key",
			"chapters",
			chapters.map(({ value, path }) => ({ path: [...path, "key"], text: keyOf(value) })),
		),
		...repeated(
			"key",
			"pages",
			pages.map(({ value, path }) => ({ path: [...path, "key"], text: keyOf(value) })),
		),
		...repeated(
			"key",
			"questions",
			questions.map(({ key, path }) => ({ path: [...path, "key"], text: key })),
		),
		// The API tells chapters apart by their English title.
		...repeated(
			"title.en",
			"chapters",
			chapters.map(({ value, path }) => ({ path: [...path, "title", "en"], text: englishTitle(value) })),
		),
		...checkLabelSets(data),
		...questions.flatMap(({ question, path }) => (question ? checkQuestion(question, path, data) : [])),
	];
}

/** Texts that lack a promised language. With `storable`, also texts that are empty or cannot be stored. */
export function checkTexts(
	root: unknown,
	base: Path,
	{ arabic, storable }: { arabic: boolean; storable: boolean },
): Finding[] {
	if (Array.isArray(root))
		return root.flatMap((part, n) => checkTexts(part, [...base, n], { arabic, storable }));
	if (!isRecord(root)) return [];
	const findings: Finding[] = [];
	if (typeof root["en"] === "string") {
		if (arabic && root["ar"] === undefined) {
			findings.push({
				path: base,
				message: `The Arabic text is missing: add "ar" beside "en", or take "ar" out of "languages".`,
			});
		}
		if (storable) findings.push(...checkStorable(root, base));
	}
	return [
		...findings,
		...Object.entries(root).flatMap(([name, part]) =>
			checkTexts(part, [...base, name], { arabic, storable }),
		),
	];
}

/** Whether the file says that all its texts are in Arabic too. */
export function promisesArabic(data: unknown): boolean {
	return isRecord(data) && Array.isArray(data["languages"]) && data["languages"].includes("ar");
}

/** Reports every text that stands a second time in a list, at its second place. */
export function repeated(
	field: string,
	where: string,
	texts: readonly { path: Path; text: string | null }[],
): Finding[] {
	const seen = new Set<string>();
	const findings: Finding[] = [];
	for (const { path, text } of texts) {
		if (text === null) continue;
		if (seen.has(text)) {
			findings.push({
				path,
				message: `"${field}" must differ among the ${where}: "${text}" is taken. Choose another.`,
			});
		}
		seen.add(text);
	}
	return findings;
}

function checkLanguages(data: unknown): Finding[] {
	const languages = isRecord(data) ? data["languages"] : undefined;
	if (!Array.isArray(languages)) return [];
	const findings = repeated(
		"languages",
		"entries",
		languages.map((text, n) => ({ path: ["languages", n], text: String(text) })),
	);
	if (!languages.includes("en")) {
		findings.push({
			path: ["languages"],
			message: `"languages" must hold "en": English stands in where a text is missing.`,
		});
	}
	const rest = isRecord(data) ? { ...data, attribution: undefined, scoring: undefined } : data;
	return [...findings, ...checkTexts(rest, [], { arabic: promisesArabic(data), storable: false })];
}

function checkStorable(text: Record<string, unknown>, path: Path): Finding[] {
	return Object.entries(text).flatMap(([language, words]) => {
		if (typeof words !== "string") return [];
		if (!/\S/.test(words))
			return [{ path: [...path, language], message: `"${language}" must not be empty.` }];
		if (StorableText.safeParse(words).success) return [];
		return [
			{
				path: [...path, language],
				message: `"${language}" must not contain NUL or broken Unicode characters.`,
			},
		];
	});
}

function checkLabelSets(data: unknown): Finding[] {
	const sets = isRecord(data) ? data["scale_label_sets"] : undefined;
	if (!isRecord(sets)) return [];
	return Object.entries(sets).flatMap(([name, labels]) =>
		Array.isArray(labels) && labels.length < 2
			? [{ path: ["scale_label_sets", name], message: `The label set "${name}" needs at least 2 labels.` }]
			: [],
	);
}

function checkQuestion(question: QuestionFile, path: Path, data: unknown): Finding[] {
	switch (question.type) {
		case "slider":
			return checkSlider(question, path, data);
		case "mcq":
			return repeated(
				"value",
				"choices",
				question.choices.map(({ value }, n) => ({ path: [...path, "choices", n, "value"], text: value })),
			);
		case "ordering":
			return repeated(
				"text",
				"items, in whatever language",
				question.items.flatMap(({ text }, n) =>
					// A name may be written alike in both languages; two items may not.
					[...new Set([text.en, text.ar])].map((words) => ({
						path: [...path, "items", n, "text"],
						text: words ?? null,
					})),
				),
			);
		case "essay":
			return [];
	}
}

function checkSlider(question: SliderFile, path: Path, data: unknown): Finding[] {
	const { min, max, step, scale_labels } = question;
	if (min >= max) {
		return [
			{ path: [...path, "min"], message: `"min" (${min}) must be less than "max" (${max}). Exchange them.` },
		];
	}
	const steps = (max - min) / step;
	if (Math.abs(steps - Math.round(steps)) > 1e-6) {
		return [
			{
				path: [...path, "step"],
				message: `"step" (${step}) does not lead from ${min} to ${max}. Choose a step that divides ${max - min}.`,
			},
		];
	}
	const sets = isRecord(data) && isRecord(data["scale_label_sets"]) ? data["scale_label_sets"] : {};
	const labels = typeof scale_labels === "string" ? sets[scale_labels] : scale_labels;
	const labelsPath = [...path, "scale_labels"];
	if (!Array.isArray(labels)) {
		const known = Object.keys(sets).join(", ") || "none";
		return [
			{
				path: labelsPath,
				message: `There is no label set "${String(scale_labels)}" in "scale_label_sets" (there: ${known}). Add it, or list the labels here.`,
			},
		];
	}
	const positions = Math.round(steps) + 1;
	if (labels.length === 0 || labels.length === positions) return [];
	return [
		{
			path: labelsPath,
			message: `There ${labels.length === 1 ? "is" : "are"} ${counted(labels.length, "label")} for ${counted(positions, "step")} from ${min} to ${max}. Give one for each step, or none.`,
		},
	];
}

/** The entries of a list inside a record, with their paths; nothing where the data is not so. */
function entries(data: unknown, name: string, base: Path): { value: unknown; path: Path }[] {
	const list = isRecord(data) ? data[name] : undefined;
	return Array.isArray(list) ? list.map((value: unknown, n) => ({ value, path: [...base, name, n] })) : [];
}

function keyOf(value: unknown): string | null {
	return isRecord(value) && typeof value["key"] === "string" ? value["key"] : null;
}

function englishTitle(value: unknown): string | null {
	const title = isRecord(value) ? value["title"] : undefined;
	return isRecord(title) && typeof title["en"] === "string" ? title["en"] : null;
}
