import { counted } from "../counted.ts";
import { promisesArabic } from "./check-assessment.ts";
import { type Finding, isRecord, type Path, shortenText, valueAt } from "./problem.ts";

/** A shorter form that people write, by the form that is wanted. */
type Form = {
	/** What is in the wrong form, one of them. */
	noun: string;
	/** Shows the right form with the words of the first entry. */
	show(entry: unknown, arabic: boolean): string;
};

const FORMS = {
	choice: {
		noun: "choice",
		show: (entry, arabic) => {
			const value = isRecord(entry) && typeof entry["value"] === "string" ? entry["value"] : keyOf(entry);
			return `A choice has a value and a label: { value: ${plain(value)}, label: ${languages(entry, arabic)} }.`;
		},
	},
	ranked: {
		noun: "item",
		show: (entry, arabic) => `An item of a ranking has a text: { text: ${languages(entry, arabic)} }.`,
	},
	scored: {
		noun: "item",
		show: (entry) => `An item of a scale names its question: { question: ${plain(String(entry))} }.`,
	},
	label: {
		noun: "label",
		show: (entry, arabic) => `A label names its languages: ${languages(entry, arabic)}.`,
	},
	text: {
		noun: "text",
		show: (entry, arabic) => `A text names its languages: ${languages(entry, arabic)}.`,
	},
} as const satisfies Record<string, Form>;

/**
 * Puts one finding, with the right form, in the place of all that a schema says about entries of one wrong form.
 * Example: the choices `[Yes, No]` give one finding, and it says that it holds for 2 choices.
 */
export function collapseWrongForms(data: unknown, findings: readonly Finding[]): Finding[] {
	const wrong = new Map<keyof typeof FORMS, Map<string, Path>>();
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
		const { noun, show } = FORMS[form];
		const count = paths.size > 1 ? ` This holds for ${counted(paths.size, noun)} of this file.` : "";
		return [{ path: first, message: show(valueAt(data, first), promisesArabic(data)) + count }];
	});
	return [...others, ...collapsed];
}

/** The entry in a wrong form that a finding is about. */
function findWrongForm(
	data: unknown,
	{ path, message }: Finding,
): { form: keyof typeof FORMS; path: Path } | null {
	for (const [n, step] of path.entries()) {
		if (typeof step !== "number") continue;
		const entryPath = path.slice(0, n + 1);
		const form = formOf(entryPath, valueAt(data, entryPath));
		if (form !== null) return { form, path: entryPath };
	}
	const name = path.at(-1);
	const isText =
		typeof name === "string" &&
		/(?:title|text|label|description|narrative|instruction|message|name)$/.test(name);
	if (isText && message.endsWith("must be a group of fields.") && isPlain(valueAt(data, path))) {
		return { form: "text", path };
	}
	return null;
}

function formOf(path: Path, entry: unknown): keyof typeof FORMS | null {
	const [set, list] = [path.at(-3), path.at(-2)];
	const hasLanguages =
		isRecord(entry) && (typeof entry["en"] === "string" || typeof entry["ar"] === "string");
	if (list === "choices" && (isPlain(entry) || hasLanguages)) return "choice";
	if (list === "scale_labels" || set === "scale_label_sets") return isPlain(entry) ? "label" : null;
	if (list === "notices") return isPlain(entry) ? "text" : null;
	if (list !== "items") return null;
	if (path.includes("questions")) return isPlain(entry) || hasLanguages ? "ranked" : null;
	return isPlain(entry) ? "scored" : null;
}

function isPlain(entry: unknown): entry is string | number | boolean {
	return ["string", "number", "boolean"].includes(typeof entry);
}

function languages(entry: unknown, arabic: boolean): string {
	const en = englishOf(entry);
	const ar = isRecord(entry) && typeof entry["ar"] === "string" ? plain(entry["ar"]) : arabic ? "…" : null;
	return `{ en: ${en === "" ? "…" : plain(en)}${ar === null ? "" : `, ar: ${ar}`} }`;
}

function englishOf(entry: unknown): string {
	if (isPlain(entry)) return String(entry);
	return isRecord(entry) && typeof entry["en"] === "string" ? entry["en"] : "";
}

/** A key made of the English text: `Not at all` becomes `not-at-all`. */
function keyOf(entry: unknown): string {
	const key = englishOf(entry)
		.slice(0, 30)
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, "-")
		.replaceAll(/^-|-$/g, "");
	return key === "" ? "a" : key;
}

/** Text as YAML in braces: in quotes where it needs them. */
function plain(text: string): string {
	const words = shortenText(text);
	const isSafe = /^\p{L}[\p{L}\p{M}\p{N} ?!.'’…-]*$/u.test(words) && !/^(?:true|false|null)$/i.test(words);
	return isSafe ? words : JSON.stringify(words);
}
