import type { RiasecType } from "../scoring/scoring.ts";
import { type JobZone, type Occupation, type SixNumbers, typeAt } from "./occupation.ts";

/**
 * From these correlations on O*NET calls an occupation a close and a fair fit: one-tailed p of .05 and .10
 * with six pairs (Gregory & Lewis, 2016).
 */
const CLOSE = 0.729;
const FAIR = 0.608;

/** More would be a list to scroll through, not ideas to read about. */
const GROUPS_SHOWN = 10;
const NEAR_SHOWN = 3;
/** A reason names at most so many types. */
const REASONS = 2;

/** The types because of which an occupation is there: above, or below, the person's and its own mean. */
type Reason = { kind: "both_high" | "both_low"; types: readonly RiasecType[] };

/** One occupation to read about, and others of its group that resemble the person's interests too. */
export type Idea = {
	occupation: Occupation;
	correlation: number;
	fit: "close" | "fair";
	reason: Reason;
	near: readonly Occupation[];
};

/** `resembling` counts all occupations that fit, of which the ideas are the first ones of their groups. */
export type Ideas = { ideas: readonly Idea[]; resembling: number };

/**
 * Pearson's correlation of two sets of six numbers; 0 where one of them does not vary. It compares shapes:
 * neither how high the numbers are nor how far apart changes it.
 * @example correlate([1, 2, 3, 4, 5, 6], [2, 4, 6, 8, 10, 12]) is 1
 */
export function correlate(a: SixNumbers, b: SixNumbers): number {
	const x = deviationsOf(a);
	const y = deviationsOf(b);
	const length = Math.sqrt(dot(x, x) * dot(y, y));
	return length === 0 ? 0 : dot(x, y) / length;
}

/**
 * Occupations whose six interests have the shape of someone's, the most alike first, one for each group. A
 * group is a minor group of the Standard Occupational Classification (`17-2`: engineers), so ten ideas are
 * ten kinds of work. Of equal correlations the lower code comes first.
 *
 * Only for interests that differ: see `judgeForIdeas`.
 * @param zones the levels of preparation to look at
 */
export function findIdeas(
	shares: SixNumbers,
	occupations: readonly Occupation[],
	zones: readonly JobZone[],
): Ideas {
	const fitting = occupations
		.filter(({ job_zone }) => zones.includes(job_zone))
		.map((occupation) => ({ occupation, correlation: correlate(shares, occupation.interests) }))
		.filter(({ correlation }) => correlation >= FAIR)
		.sort((a, b) => b.correlation - a.correlation || (a.occupation.code < b.occupation.code ? -1 : 1));
	// Not `Map.groupBy`, which browsers of 2023 lack.
	const groups = new Map<string, typeof fitting>();
	for (const one of fitting) {
		const group = groupOf(one.occupation);
		groups.set(group, [...(groups.get(group) ?? []), one]);
	}
	const ideas = [...groups.values()].slice(0, GROUPS_SHOWN).flatMap(([first, ...others]): Idea[] =>
		first === undefined
			? []
			: [
					{
						...first,
						fit: first.correlation >= CLOSE ? "close" : "fair",
						reason: reasonFor(shares, first.occupation),
						near: others.slice(0, NEAR_SHOWN).map(({ occupation }) => occupation),
					},
				],
	);
	return { ideas, resembling: fitting.length };
}

/** `17-2` of `17-2051.00`. */
function groupOf({ code }: Occupation): string {
	return code.slice(0, 4);
}

/**
 * The one or two types that add most to the correlation and lie above the mean of both; where none does, those
 * below the mean of both.
 */
function reasonFor(shares: SixNumbers, { interests }: Occupation): Reason {
	const mine = deviationsOf(shares);
	const its = deviationsOf(interests);
	const shared = mine
		.map((value, place) => ({ type: typeAt(place), value, adds: value * (its[place] ?? 0) }))
		.filter(({ adds }) => adds > 0)
		.sort((a, b) => b.adds - a.adds);
	const high = shared.filter(({ value }) => value > 0);
	const chosen = high.length > 0 ? high : shared;
	return {
		kind: high.length > 0 ? "both_high" : "both_low",
		types: chosen.slice(0, REASONS).map(({ type }) => type),
	};
}

function deviationsOf(values: SixNumbers): number[] {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	return values.map((value) => value - mean);
}

function dot(a: readonly number[], b: readonly number[]): number {
	return a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0);
}
