/** A place inside a parsed file: field names and list positions from the top. */
export type Path = readonly (string | number)[];

/**
 * Something wrong at a place of the data, before its line is known; with `on_name` it is the field's name
 * that is wrong.
 */
export type Finding = { path: Path; message: string; on_name?: true };

const LONGEST_TEXT = 60;

/** A text of the file for a sentence: one line, cut where it is long. */
export function shortenText(text: string): string {
	const words = text.replaceAll(/\s+/g, " ").trim();
	return words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT - 1)}…` : words;
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

/** What stands at a path; undefined where there is nothing. */
export function valueAt(data: unknown, path: Path): unknown {
	return path.reduce(child, data);
}

/** What stands one step down; undefined where there is nothing. */
export function child(value: unknown, step: string | number): unknown {
	if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
	return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
