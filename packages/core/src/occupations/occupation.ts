import { RIASEC_TYPES, type RiasecType } from "../scoring/scoring.ts";

/** One number for each interest type, in the order R I A S E C. */
export type SixNumbers = readonly [number, number, number, number, number, number];

/** O*NET's five levels of preparation: 1 needs little or none, 5 the most. */
export type JobZone = 1 | 2 | 3 | 4 | 5;
const JOB_ZONES: readonly JobZone[] = [1, 2, 3, 4, 5];

/** An occupation of the O*NET Database. */
export type Occupation = {
	/** O*NET-SOC code, for example `17-2051.00`. */
	code: string;
	title: string;
	job_zone: JobZone;
	/** How much the work has of each interest type, from 1 to 7. */
	interests: SixNumbers;
};

/**
 * Reads the data file of occupations: one a line, with code, job zone, six numbers and title between tabs;
 * lines that begin with `#` are for people.
 * @throws Error for a line that is not of that form
 * @example parseOccupations("17-2051.00\t4\t5.66\t5.03\t2.1\t1.9\t2.76\t4.11\tCivil Engineers")
 */
export function parseOccupations(text: string): Occupation[] {
	return linesOf(text).map((line) => {
		const [code = "", zone, ...rest] = line.split("\t");
		const title = rest[RIASEC_TYPES.length];
		const interests = sixNumbers(rest);
		const job_zone = JOB_ZONES.find((known) => String(known) === zone);
		if (!title || !interests || !job_zone) throw new Error(`Not an occupation: ${line}`);
		return { code, title, job_zone, interests };
	});
}

// Without zod: its tuples are used nowhere else and would make the first load of the pages larger.
function sixNumbers(texts: readonly string[]): SixNumbers | null {
	const [r, i, a, s, e, c] = texts.slice(0, RIASEC_TYPES.length).map(Number);
	if (r === undefined || i === undefined || a === undefined) return null;
	if (s === undefined || e === undefined || c === undefined) return null;
	const six = [r, i, a, s, e, c] as const;
	return six.some(Number.isNaN) ? null : six;
}

/** Reads a file of names in another language: code and name between a tab. */
export function parseOccupationNames(text: string): Map<string, string> {
	return new Map(
		linesOf(text).map((line): [string, string] => {
			const [code, name] = line.split("\t");
			if (!code || !name) throw new Error(`Not a name of an occupation: ${line}`);
			return [code, name];
		}),
	);
}

function linesOf(text: string): string[] {
	return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/** The type at a place of six numbers. */
export function typeAt(place: number): RiasecType {
	const type = RIASEC_TYPES[place];
	if (type === undefined) throw new Error(`No interest type at place ${place}`);
	return type;
}
