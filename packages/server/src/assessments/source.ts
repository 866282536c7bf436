import { open, stat } from "node:fs/promises";
import {
	type Document,
	isAlias,
	isCollection,
	isMap,
	isScalar,
	LineCounter,
	parseDocument,
	visit,
} from "yaml";
import type { Finding, Path } from "../findings.ts";
import { fieldNames } from "./file.ts";
import { formatPath, nearestItem, type Problem } from "./problem.ts";
import { describeSyntaxErrors } from "./syntax-problems.ts";

const LONGEST_FILE = 2 * 1024 * 1024;
/** Far more than any questionnaire; what is repeated by YAML aliases counts each time. */
const MOST_VALUES = 100_000;
/**
 * The parser takes some 10 µs and 2 KB for each mark that may divide a list, a field or a line: a file of 1.5 MB
 * that is one list of commas took 10 s and 650 MB. The assessment that ships has 50 marks a question.
 */
const MOST_MARKS = 40_000;
const MARKS = /[,[\]{}&*!?#|>\n]|[:-](?=\s)/g;
/** The longest piece of a line that is shown. */
const LONGEST_LINE = 100;

const TOO_LONG = "The file is larger than 2 MB. Split it into several assessments.";
const NOT_UTF8 = "The file is not UTF-8 text. Save it as UTF-8.";
const NESTED = "The file is nested too deeply. Use fewer levels of lists and fields.";
const EMPTY = "The file is empty. Begin with the example in content/README.md.";
const TOO_MANY_MARKS = `The file has more than ${MOST_MARKS} lines, commas and brackets, ten times as many as a long questionnaire. Split it into several assessments.`;
const NO_FILE = "This is no file that can be read whole. Save the questionnaire in a file.";
const TOO_MUCH = `The file holds more than ${MOST_VALUES} values. If it repeats parts by aliases, write them out.`;

/** A file that could be parsed: its data, and where each part of it stands in the text. */
export type Source = {
	data: unknown;
	/** Turns a finding into a problem with its line. */
	problem(finding: Finding): Problem;
};

/** Reads a JSON or YAML file. Everything that keeps it from being parsed comes back as problems. */
export async function readSource(file: string): Promise<Source | { problems: Problem[] }> {
	const whole = (message: string) => ({ problems: [{ file, line: 1, column: 1, path: "", message }] });
	let bytes: Uint8Array;
	try {
		// Opening a pipe waits for someone who writes into it. What the system hands out as a folder says so itself.
		const found = await stat(file);
		if (!found.isFile() && !found.isDirectory()) return whole(NO_FILE);
		bytes = await readAtMost(file, LONGEST_FILE + 1);
	} catch (error) {
		return whole(sayUnreadable(error));
	}
	if (bytes.length > LONGEST_FILE) return whole(TOO_LONG);
	const text = decode(bytes);
	if (text === null) return whole(NOT_UTF8);

	if (countMarks(text) > MOST_MARKS) return whole(TOO_MANY_MARKS);
	const lines = new LineCounter();
	// The library's own search for repeated names takes a minute for a map of 60 000.
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
	const at = (offset: number) => {
		const { line, col } = lines.linePos(offset);
		return { line: Math.max(line, 1), column: Math.max(col, 1) };
	};
	const mistakes = [...document.errors, ...document.warnings];
	// The parser recurses: what is nested thousands deep ends its stack, which it reports in this way.
	if (mistakes.some(({ code }) => code === "RESOURCE_EXHAUSTION")) return whole(NESTED);
	if (mistakes.length > 0) {
		const problems = describeSyntaxErrors(text, mistakes, fieldNames()).map(({ offset, message }) => ({
			file,
			...at(offset),
			path: "",
			message,
			source_line: lineAt(text, offset),
		}));
		return { problems };
	}
	if (document.contents === null) return whole(EMPTY);
	const twice = findRepeatedNames(document);
	if (twice.length > 0) {
		return { problems: twice.map(({ offset, message }) => ({ file, ...at(offset), path: "", message })) };
	}
	const data = toData(document);
	if (data === TOO_MUCH) return whole(TOO_MUCH);
	return {
		data,
		problem: ({ path, message, on_name = false }) => ({
			file,
			...at(locate(document, path, on_name)),
			path: formatPath(path),
			...nearestItem(data, path).named,
			message,
		}),
	};
}

function countMarks(text: string): number {
	let count = 0;
	for (const _ of text.matchAll(MARKS)) {
		count += 1;
		if (count > MOST_MARKS) break;
	}
	return count;
}

/** The plain data of a document; `TOO_MUCH` instead of what would grow beyond all measure. */
function toData(document: Document): unknown {
	let data: unknown;
	try {
		data = document.toJS({ maxAliasCount: 1000 });
	} catch (error) {
		if (error instanceof ReferenceError) return TOO_MUCH;
		throw error;
	}
	return countValues(data) > MOST_VALUES ? TOO_MUCH : data;
}

/** The offset of a path, or of the innermost part of it that exists. */
function locate(document: Document, path: Path, onName: boolean): number {
	let node: unknown = document.contents;
	let offset = nodeOffset(node) ?? 0;
	for (const [depth, step] of path.entries()) {
		const collection = isAlias(node) ? node.resolve(document) : node;
		if (!isCollection(collection)) break;
		const next: unknown = collection.get(step, true);
		const name = isMap(collection)
			? collection.items.find(({ key }) => isScalar(key) && key.value === step)?.key
			: undefined;
		const wanted = onName && depth === path.length - 1 ? [name, next] : [next, name];
		const here = wanted.map(nodeOffset).find((found) => found !== undefined);
		if (here === undefined) break;
		offset = here;
		node = next;
	}
	return offset;
}

function nodeOffset(node: unknown): number | undefined {
	return isAlias(node) || isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}

function findRepeatedNames(document: Document): { offset: number; message: string }[] {
	const found: { offset: number; message: string }[] = [];
	visit(document, {
		Map(_, map) {
			const names = new Set<unknown>();
			for (const { key } of map.items) {
				const name = isScalar(key) ? key.value : undefined;
				if (typeof name !== "string") {
					found.push({
						offset: nodeOffset(key) ?? 0,
						message: "The name of a field must be text (put it in quotes).",
					});
				} else if (names.has(name)) {
					found.push({
						offset: nodeOffset(key) ?? 0,
						message: `The field "${name}" stands twice in the same place. Remove one.`,
					});
				}
				names.add(name);
			}
		},
	});
	return found;
}

/** Counts every value as often as it is reached, so an alias inside an alias counts as what it would become. */
function countValues(root: unknown): number {
	const waiting = [root];
	let count = 0;
	while (waiting.length > 0 && count <= MOST_VALUES) {
		const value = waiting.pop();
		count += 1;
		if (typeof value === "object" && value !== null) {
			for (const part of Object.values(value)) waiting.push(part);
		}
	}
	return count;
}

async function readAtMost(file: string, most: number): Promise<Uint8Array> {
	const handle = await open(file, "r");
	try {
		const buffer = new Uint8Array(most);
		let length = 0;
		while (length < most) {
			const { bytesRead } = await handle.read(buffer, length, most - length);
			if (bytesRead === 0) break;
			length += bytesRead;
		}
		return buffer.subarray(0, length);
	} finally {
		await handle.close();
	}
}

function decode(bytes: Uint8Array): string | null {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return null;
	}
}

/** What to do about a file that the system does not hand out. */
function sayUnreadable(error: unknown): string {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	switch (code) {
		case "ENOENT":
		case "ENOTDIR":
			return "There is no file of this name. Correct the name, or save the file there.";
		case "EISDIR":
			return "This is a folder. Name the file inside it.";
		case "EACCES":
		case "EPERM":
			return "This user may not read the file. Change its permissions.";
		default:
			return `The file cannot be read (${code === undefined ? "unknown reason" : String(code)}). Check its name and its disk.`;
	}
}

/** The line around an offset as one line of a terminal: tabs are visible, a long line is cut on both sides. */
function lineAt(text: string, offset: number): string {
	const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
	const [indent = ""] = /^ */.exec(text.slice(lineStart, offset)) ?? [];
	const begin = lineStart + indent.length;
	const start = Math.max(begin, offset - LONGEST_LINE / 2);
	const [line = ""] = text.slice(start, start + LONGEST_LINE).split("\n", 1);
	const isCut =
		line.length === LONGEST_LINE &&
		!/^\r?(?:\n|$)/.test(text.slice(start + line.length, start + line.length + 2));
	const shown = `${start > begin ? "…" : ""}${line.trimEnd()}${isCut ? "…" : ""}`;
	return shown.replaceAll("\t", "→").replaceAll(/\p{Cc}/gu, " ");
}
