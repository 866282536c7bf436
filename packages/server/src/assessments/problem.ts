/** A place inside a parsed file: field names and list positions from the top. */
export type Path = readonly (string | number)[];

/**
 * Something wrong at a place of the data, before its line is known; with `on_name` it is the field's name
 * that is wrong.
 */
export type Finding = { path: Path; message: string; on_name?: true };

/** Something wrong with a file, where it is, and in a plain sentence what to do. Lines and columns count from 1. */
export type Problem = {
	file: string;
	line: number;
	column: number;
	/** For example `chapters[0].pages[1].questions[2].text`. */
	path: string;
	/** The key of the question, scale, page or chapter that the problem is in. */
	item?: string;
	message: string;
	/** The line itself, where its characters are the mistake. */
	source_line?: string;
};

/** For a terminal: `content/x.json:41:7 item activity-01: …`, and below it the line itself where that helps. */
export function formatProblem({ file, line, column, item, message, source_line }: Problem): string {
	const place = `${file}:${line}:${column} ${item === undefined ? "" : `item ${item}: `}${message}`;
	return source_line === undefined ? place : `${place}\n    ${source_line}`;
}

const LONGEST_TEXT = 60;

/** A text of the file for a sentence: one line, cut where it is long. */
export function shortenText(text: string): string {
	const words = text.replaceAll(/\s+/g, " ").trim();
	return words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT - 1)}…` : words;
}

export function formatPath(path: Path): string {
	return path.reduce<string>((text, step) => {
		if (typeof step === "number") return `${text}[${step}]`;
		return text === "" ? step : `${text}.${step}`;
	}, "");
}

/** The innermost object with a key on the way to a path: that key as `item`, and the rest of the path from there. */
export function nearestItem(data: unknown, path: Path): { named: { item?: string }; field: Path } {
	let found: { named: { item?: string }; field: Path } = { named: {}, field: path };
	let value = data;
	for (const [depth, step] of path.entries()) {
		value = child(value, step);
		const key = child(value, "key");
		if (typeof key === "string" && key !== "") found = { named: { item: key }, field: path.slice(depth + 1) };
	}
	return found;
}

/** What stands at a path; undefined where there is nothing. */
export function valueAt(data: unknown, path: Path): unknown {
	return path.reduce(child, data);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function child(value: unknown, step: string | number): unknown {
	if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
	return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
