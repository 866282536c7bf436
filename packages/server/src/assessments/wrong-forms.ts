import { counted } from "../counted.ts";
import { type Finding, type Path, valueAt } from "../findings.ts";
import { SHORT_FORMS } from "../question-types/index.ts";
import { isPlain, languages, plain, type ShortForm } from "../question-types/short-forms.ts";
import { promisesArabic } from "./check-assessment.ts";

const SCORED: ShortForm = {
	noun: "item",
	isUsed: (path, entry) => path.at(-2) === "items" && !path.includes("questions") && isPlain(entry),
	show: (entry) => `An item of a scale names its question: { question: ${plain(String(entry))} }.`,
};
const TEXT: ShortForm = {
	noun: "text",
	isUsed: (path, entry) => path.at(-2) === "notices" && isPlain(entry),
	show: (entry, arabic) => `A text names its languages: ${languages(entry, arabic)}.`,
};
const FORMS = [...SHORT_FORMS, SCORED, TEXT];

/**
 * Puts one finding, with the right form, in the place of all that a schema says about entries of one wrong form.
 * Example: the choices `[Yes, No]` give one finding, and it says that it holds for 2 choices.
 */
export function collapseWrongForms(data: unknown, findings: readonly Finding[]): Finding[] {
	const wrong = new Map<ShortForm, Map<string, Path>>();
	const others: Finding[] = [];
	for (const finding of findings) {
		const found = findWrongForm(data, finding);
		if (found === null) {
			others.push(finding);
			continue;
		}
		const paths = wrong.get(found.form) ?? new Map<string, Path>();
		paths.set(JSON.stringify(found.path), found.path);
		wrong.set(found.form, paths);
	}
	const collapsed = [...wrong].flatMap(([form, paths]): Finding[] => {
		const [first] = paths.values();
		if (first === undefined) return [];
		const { noun, show } = form;
		const count = paths.size > 1 ? ` This holds for ${counted(paths.size, noun)} of this file.` : "";
		return [{ path: first, message: show(valueAt(data, first), promisesArabic(data)) + count }];
	});
	return [...others, ...collapsed];
}

/** The entry in a wrong form that a finding is about. */
function findWrongForm(data: unknown, { path, message }: Finding): { form: ShortForm; path: Path } | null {
	for (const [n, step] of path.entries()) {
		if (typeof step !== "number") continue;
		const entryPath = path.slice(0, n + 1);
		const entry = valueAt(data, entryPath);
		const form = FORMS.find(({ isUsed }) => isUsed(entryPath, entry));
		if (form) return { form, path: entryPath };
	}
	const name = path.at(-1);
	const isText =
		typeof name === "string" &&
		/(?:title|text|label|description|narrative|instruction|message|name)$/.test(name);
	if (isText && message.endsWith("must be a group of fields.") && isPlain(valueAt(data, path))) {
		return { form: TEXT, path };
	}
	return null;
}
