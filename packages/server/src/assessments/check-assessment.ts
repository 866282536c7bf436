import { StorableText } from "@carhythm/core";
import { type Finding, isRecord, type Path, repeated } from "../findings.ts";
import { QuestionFile, serverTypeOf } from "../question-types/index.ts";

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
		...questions.flatMap(({ question, path }) =>
			question ? serverTypeOf(question).checkInFile(question, path, data) : [],
		),
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
