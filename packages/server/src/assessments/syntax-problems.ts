import { shortenText } from "../findings.ts";

/** A mistake is looked for in so many characters from where the complaint begins. A file may be one line of 2 MB. */
const LONGEST_VALUE = 1000;
const MOST_PROBLEMS = 20;

/** What the parser complains about: its code, its own words, and the piece of text between two offsets. */
type ParserComplaint = { code: string; message: string; pos: readonly [number, number] };

/** A syntax mistake in words that say how to correct it. */
type SyntaxProblem = { offset: number; message: string };

type Explained = SyntaxProblem & {
	/** Whether the parser read the lines after it as they were meant; false makes every later complaint doubtful. */
	reads_on: boolean;
};

const TAB = "YAML indents with spaces, not tabs. Replace the tabs at the beginning of lines with spaces.";
const INDENTATION =
	"This line begins in another column than the lines that it belongs with. Fields of one group begin in the same column.";
const NO_COMMA_AT_END = "A comma is missing at the end of this line.";

/**
 * Says what to correct, one problem a mistake. It ends at the first mistake after which the parser no longer
 * reads what was meant: the complaints that follow are echoes.
 * @param errors at least one
 * @param fields the names that a field of the format may have; they tell a forgotten comma from a text with a colon
 */
export function describeSyntaxErrors(
	text: string,
	errors: readonly ParserComplaint[],
	fields: ReadonlySet<string>,
): SyntaxProblem[] {
	const sorted = errors.toSorted((a, b) => a.pos[0] - b.pos[0]).slice(0, MOST_PROBLEMS);
	const byLine = Map.groupBy(sorted, ({ pos }) => lineStart(text, pos[0]));
	const problems: SyntaxProblem[] = [];
	for (const group of byLine.values()) {
		const explained = explainLine(text, group, fields);
		if (explained.length === 0) return [...problems, findTab(text, sorted) ?? inLibraryWords(group)];
		problems.push(...explained.map(({ offset, message }) => ({ offset, message })));
		if (explained.some(({ reads_on }) => !reads_on)) break;
	}
	return problems;
}

function inLibraryWords([first]: readonly ParserComplaint[]): SyntaxProblem {
	return {
		offset: first?.pos[0] ?? 0,
		message: `This is not valid JSON or YAML: ${first?.message}. Correct this line, or the one before it.`,
	};
}

/** Explains the complaints about one line; empty where only the library's own words are left. */
function explainLine(
	text: string,
	errors: readonly ParserComplaint[],
	fields: ReadonlySet<string>,
): Explained[] {
	const nested = errors.filter(({ code }) => code === "BLOCK_IN_FLOW");
	if (nested.length > 0) {
		// A text with two colons is complained about twice, the second time inside the first.
		const outer = nested.filter(({ pos }, n) => n === 0 || pos[0] >= (nested[n - 1]?.pos[1] ?? 0));
		return outer.map(({ pos }) => explainNested(text, pos[0], { fields, inBraces: true }));
	}
	const [first] = errors;
	if (first === undefined || isTab(text, first)) return [];
	const [offset] = first.pos;
	if (errors.some(({ message }) => message.startsWith("Missing ,"))) return [explainComma(text, offset)];
	if (/^Unexpected flow-\w+-start at node end/.test(first.message)) {
		return [{ ...explainComma(text, offset), reads_on: false }];
	}
	if (first.code === "BAD_SCALAR_START") return [explainStart(text, offset)];
	if (first.code === "BLOCK_AS_IMPLICIT_KEY") {
		const rest = restOfLine(text, offset);
		if (/^[{[,-]/.test(rest) || !isFieldOfItsOwn(text, offset)) return [];
		if (/^\?\s|:(?=\s|$)/.test(rest)) return [explainNested(text, offset, { fields, inBraces: false })];
		const next = text.indexOf("\n", offset) + 1;
		if (next === 0 || indentOf(text, next).includes("\t")) return [];
		return [{ offset: next + indentOf(text, next).length, message: INDENTATION, reads_on: false }];
	}
	if (/^All (mapping|sequence) items must start/.test(first.message)) {
		return [{ offset: offset + indentOf(text, offset).length, message: INDENTATION, reads_on: false }];
	}
	return [];
}

/** `en: Note: how` or `en: Tea ar: …`: what begins at the offset was read as a field of its own inside a value. */
function explainNested(
	text: string,
	offset: number,
	{ fields, inBraces }: { fields: ReadonlySet<string>; inBraces: boolean },
): Explained {
	const rest = text.slice(offset, offset + LONGEST_VALUE);
	if (/^[-?] /.test(rest)) return explainStart(text, offset);
	const name = nameBefore(text, offset);
	const label = name === "" ? "" : `${name}: `;
	const read = rest.slice(0, Math.max(rest.search(/:(?=[\s{["']|$)/), 0));
	const [, value = "", field = ""] = /^([\s\S]*\S)\s+["']?([\w.-]+)["']?\s*$/.exec(read) ?? [];
	if (read.includes("\n")) return { offset, message: NO_COMMA_AT_END, reads_on: true };
	const follows = name === "en" || name === "ar" ? field === "en" || field === "ar" : fields.has(field);
	if (field !== "" && (follows || /^(".*"|'.*')$/.test(value))) {
		const at = offset + read.lastIndexOf(field);
		const shown = shortenText(value);
		let message = `"${field}" needs a line of its own: ${label}${shown}, then ${field}: … in the next line.`;
		if (inBraces) message = `A comma is missing before "${field}": ${label}${shown}, ${field}: …`;
		else if (shown.endsWith(","))
			message = `Fields in one line need braces: { ${label}${shown} ${field}: … }`;
		return { offset: at, message, reads_on: true };
	}
	const words = valueAt(text, offset, inBraces);
	return { offset, message: `A text with a colon needs quotes: ${label}${quote(words)}`, reads_on: true };
}

function explainStart(text: string, offset: number): Explained {
	const before = text.slice(Math.max(lineStart(text, offset), offset - LONGEST_VALUE), offset);
	const words = valueAt(text, offset, isInBraces(before));
	const name = nameBefore(text, offset);
	return {
		offset,
		message: `A text that begins with "${words.charAt(0)}" needs quotes: ${name === "" ? "" : `${name}: `}${quote(words)}`,
		reads_on: true,
	};
}

/** A comma is wanted at the offset, or after the last thing before it. */
function explainComma(text: string, offset: number): Explained {
	const before = text.slice(0, offset).trimEnd();
	if (before.length <= lineStart(text, offset)) {
		return { offset: Math.max(before.length - 1, 0), message: NO_COMMA_AT_END, reads_on: true };
	}
	const [token = ""] = /^(["']?[\w.-]+["']?|.)/.exec(restOfLine(text, offset)) ?? [];
	return {
		offset,
		message: `A comma is missing before ${/^\w/.test(token) ? `"${token}"` : token}.`,
		reads_on: true,
	};
}

/** The text that a person meant: to the end of the line, in braces to the next field or closing bracket. */
function valueAt(text: string, offset: number, inBraces: boolean): string {
	const rest = restOfLine(text, offset);
	const end = rest.search(
		inBraces ? /\s*(?:,\s*["']?[\w.-]+["']?\s*:(?=\s)|,?\s*[}\]]|\s#|,?$)/ : /\s*(?:\s#|$)/,
	);
	return rest.slice(0, end);
}

function quote(words: string): string {
	const bare = words.replace(/^"(.*)"(?=\s*:)/, "$1");
	return JSON.stringify(shortenText(bare));
}

/** The first complaint that a tab causes. JSON may be indented with tabs. */
function findTab(text: string, errors: readonly ParserComplaint[]): SyntaxProblem | undefined {
	const found = errors.find((error) => isTab(text, error));
	if (found === undefined) return undefined;
	const start = lineStart(text, found.pos[0]);
	const tab = text.indexOf("\t", start);
	return { offset: tab === -1 ? found.pos[0] : tab, message: TAB };
}

function isTab(text: string, { code, pos }: ParserComplaint): boolean {
	if (/^\s*[{[]/.test(text)) return false;
	const start = lineStart(text, pos[0]);
	return code === "TAB_AS_INDENT" || indentOf(text, start).includes("\t");
}

/** The field whose value begins at the offset; empty for an entry of a list. */
function nameBefore(text: string, offset: number): string {
	const before = text.slice(Math.max(lineStart(text, offset), offset - LONGEST_VALUE), offset);
	return /["']?([\w.-]+)["']?\s*:\s*$/.exec(before)?.[1] ?? "";
}

/** Whether nothing but a field's name stands before the offset in its line. */
function isFieldOfItsOwn(text: string, offset: number): boolean {
	const before = text.slice(Math.max(lineStart(text, offset), offset - LONGEST_VALUE), offset);
	return /^\s*(?:- +)*["']?[\w.-]+["']?\s*:\s*$/.test(before);
}

function isInBraces(before: string): boolean {
	return before.replaceAll(/"[^"]*"|\{[^{}]*\}|\[[^[\]]*\]/g, "").search(/[{[]/) !== -1;
}

function lineStart(text: string, offset: number): number {
	return text.lastIndexOf("\n", offset - 1) + 1;
}

function restOfLine(text: string, offset: number): string {
	const [rest = ""] = text.slice(offset, offset + LONGEST_VALUE).split("\n", 1);
	return rest.trimEnd();
}

function indentOf(text: string, start: number): string {
	return /^[ \t]*/.exec(text.slice(start, start + LONGEST_VALUE))?.[0] ?? "";
}
