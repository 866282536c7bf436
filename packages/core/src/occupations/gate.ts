import { errorOf, isScored } from "../results/second-try.ts";
import type { Profile, ScoredScale } from "../scoring/profile.ts";
import { RIASEC_TYPES } from "../scoring/scoring.ts";
import type { SixNumbers } from "./occupation.ts";

/**
 * χ² with 5 degrees of freedom at 0.68. Six interests that are really alike differ more than this in one try
 * of three, the same chance as everywhere in the results.
 */
const DIFFER_FROM = 5.86;

/**
 * Whether occupations may be compared with someone's interests.
 *
 * - `no_interests`: the assessment does not have all six types.
 * - `partial`: too few answers for at least one type.
 * - `flat`: the six differ no more than six that are alike would by chance.
 */
export type InterestsForIdeas =
	| { kind: "differ"; shares: SixNumbers }
	| { kind: "no_interests" | "partial" | "flat" };

/**
 * A correlation knows the shape of six numbers and not how pronounced it is: six scores that differ by one
 * answer correlate as highly as six that differ by many. So the shape has to be more than chance first.
 *
 * Q = Σ ((share − mean) ÷ error)², where the mean is weighted by 1 ÷ error². Shapes with Q up to 5.86 are flat.
 *
 * @example five types at 0.5 and one at 0.75: Q = 0.0521 ÷ 0.0169 = 3.1, flat; one at 0.875: Q = 6.9, enough
 */
export function judgeForIdeas({
	scales,
	interests,
}: Pick<Profile, "scales" | "interests">): InterestsForIdeas {
	const types = RIASEC_TYPES.flatMap((type) => scales.find(({ riasec_type }) => riasec_type === type) ?? []);
	if (types.length < RIASEC_TYPES.length) return { kind: "no_interests" };
	const scored = types.filter(isScored);
	const [r, i, a, s, e, c] = scored.map(({ share }) => share);
	if (interests === null || r === undefined || i === undefined || a === undefined) return { kind: "partial" };
	if (s === undefined || e === undefined || c === undefined) return { kind: "partial" };
	if (interests.flat || spreadOf(scored) <= DIFFER_FROM) return { kind: "flat" };
	return { kind: "differ", shares: [r, i, a, s, e, c] };
}

/** Q of {@link judgeForIdeas}. */
function spreadOf(scored: readonly ScoredScale[]): number {
	const weights = scored.map((scale) => errorOf(scale) ** -2);
	const weighed = scored.map(({ share }, n) => share * (weights[n] ?? 0));
	const mean = sum(weighed) / sum(weights);
	return sum(scored.map(({ share }, n) => (share - mean) ** 2 * (weights[n] ?? 0)));
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
