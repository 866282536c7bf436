import type { LocalizedText } from "@carhythm/core";
import type { TypeColumns } from "./columns.ts";

/** A row of `questions` as the existing product wrote it, as far as its type has a part in it. */
export type ExistingRow = TypeColumns & {
	id: number;
	question_type: string;
	domain: string | null;
	scale_type: string | null;
	reverse_scored: number | null;
};

/** What cannot be decided, and what was decided by a rule that an operator should know of. */
export type Findings = {
	conflicts: string[];
	notes: string[];
	/** What new answers will lack. */
	losses: string[];
	/** Sliders whose range was taken from the answers, by that range. */
	ranges: Map<string, number[]>;
};

export function noFindings(): Findings {
	return { conflicts: [], notes: [], losses: [], ranges: new Map() };
}

/** An option as the existing product keeps it: a text by itself, or a record. */
type FoundOption = {
	text: string;
	/** Null where the option is a text by itself, which then is its own value. */
	value: string | null;
	domain: string | null;
	score: number | null;
};

/** An option in both languages. */
export type BothOption = { text: LocalizedText; value: string; domain: string | null; score: number | null };

type Where = { question: ExistingRow; column: keyof TypeColumns };

/** Reads a column that holds a list as JSON; null for what is no such list, which is a conflict. */
export function readList({ question, column }: Where, findings: Findings): unknown[] | null {
	const text = question[column];
	if (text === null || text === undefined || text === "") return [];
	try {
		const list: unknown = JSON.parse(String(text));
		if (Array.isArray(list)) return list;
		if (list === null) return [];
	} catch {
		// Said below, as for every other thing that is no list.
	}
	findings.conflicts.push(`question ${question.id}: its ${column} is not a list in JSON; correct the row`);
	return null;
}

/** The options of a question in one language. */
function readOptions(where: Where, findings: Findings): FoundOption[] | null {
	const list = readList(where, findings);
	const options = list?.map(readOption);
	if (!options) return null;
	if (options.includes(null)) {
		findings.conflicts.push(
			`question ${where.question.id}: an entry of its ${where.column} has neither a label nor a text; correct the row`,
		);
		return null;
	}
	return options.filter((option) => option !== null);
}

function readOption(entry: unknown): FoundOption | null {
	if (typeof entry === "string" || typeof entry === "number") {
		return { text: String(entry), value: null, domain: null, score: null };
	}
	if (typeof entry !== "object" || entry === null) return null;
	const { label, text, value, domain, score_value } = entry as Readonly<Record<string, unknown>>;
	const named = [label, text, value].find((one) => typeof one === "string" || typeof one === "number");
	if (named === undefined) return null;
	return {
		text: String(named),
		value: value === undefined || value === null ? null : String(value),
		domain: typeof domain === "string" ? domain : null,
		score: typeof score_value === "number" ? score_value : null,
	};
}

/**
 * Brings the lists of both languages together: by value, else by domain, else by place where both are equally
 * long. An option of one language may be missing in the other: the text of the language that has it stands
 * in.
 */
export function readBoth(
	question: ExistingRow,
	columns: { en: keyof TypeColumns; ar: keyof TypeColumns },
	findings: Findings,
): BothOption[] | null {
	const english = readOptions({ question, column: columns.en }, findings);
	const arabic = readOptions({ question, column: columns.ar }, findings);
	if (!english || !arabic) return null;
	const pairs = pair(english, arabic);
	if (!pairs) {
		findings.conflicts.push(
			`question ${question.id}: its ${columns.en} has ${english.length} entries and its ${columns.ar} ${arabic.length}, and nothing says which belong together; give both lists the same entries, or empty ${columns.ar}`,
		);
		return null;
	}
	if (pairs.some(({ en, ar }) => en?.value === null && ar?.value === null) && columns.en === "mcq_options") {
		findings.notes.push(
			`question ${question.id}: its options are texts by themselves, so the English text is the value; answers that were chosen by the Arabic text stay as they were given`,
		);
	}
	return pairs.map(({ en, ar }) => {
		const option = en ?? ar;
		if (!en) {
			findings.notes.push(
				`question ${question.id}: the option ${ar?.value} exists in Arabic only; its Arabic text stands in for the English one`,
			);
		}
		const text = { en: option?.text ?? "", ...(ar && { ar: ar.text }) };
		return {
			text,
			value: option?.value ?? option?.text ?? "",
			domain: option?.domain ?? null,
			score: option?.score ?? null,
		};
	});
}

type Pair = { en?: FoundOption; ar?: FoundOption };

function pair(english: readonly FoundOption[], arabic: readonly FoundOption[]): Pair[] | null {
	if (arabic.length === 0) return english.map((en) => ({ en }));
	for (const key of ["value", "domain"] as const) {
		const other = byKey(arabic, key);
		const known = byKey(english, key);
		if (!other || !known) continue;
		const matched = english.map((en): Pair => {
			const ar = other.get(en[key] ?? "");
			return ar ? { en, ar } : { en };
		});
		const alone = arabic.filter((ar) => !known.has(ar[key] ?? ""));
		// An option without a value has nothing by which it could be chosen in the other language.
		if (key === "domain" && alone.length > 0) continue;
		return [...matched, ...alone.map((ar) => ({ ar }))];
	}
	return english.length === arabic.length
		? english.map((en, n): Pair => (arabic[n] ? { en, ar: arabic[n] } : { en }))
		: null;
}

/** Null unless every option has a key of its own. */
function byKey(options: readonly FoundOption[], key: "value" | "domain"): Map<string, FoundOption> | null {
	const keyed = new Map(options.flatMap((option) => (option[key] === null ? [] : [[option[key], option]])));
	return keyed.size === options.length ? keyed : null;
}
