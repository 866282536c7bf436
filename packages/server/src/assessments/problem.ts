import { child, type Path } from "../findings.ts";

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
