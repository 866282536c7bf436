import { readFileSync } from "node:fs";

/** What was given for a setting, and where it comes from; or a sentence about what is wrong with that. */
export type GivenText = { value: string; source: string; isOfFile?: true } | { problem: string };

/**
 * Finds the text of a setting: its flag, else its variable or the file that `NAME_FILE` names, else its
 * default. Containers hand secrets over as files; a file's last line end does not belong to the value. A limit
 * has no flag.
 */
export function textOf(
	{ variable, flag = "", fallback }: { variable: string; flag?: string; fallback: string },
	given: string | undefined,
	environment: NodeJS.ProcessEnv,
): GivenText {
	if (given !== undefined) return { value: given, source: flag };
	const source = `${variable}_FILE`;
	const file = environment[source];
	if (!file) return { value: environment[variable] || fallback, source: variable };
	if (environment[variable]) {
		return { problem: `${variable} and ${source} are both set. Set one of them.` };
	}
	try {
		const value = readFileSync(file, "utf8").trim();
		if (value === "") return { problem: `${source} names an empty file, ${file}.` };
		return { value, source, isOfFile: true };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return { problem: `${source} names a file that cannot be read, ${file}: ${code}.` };
	}
}
