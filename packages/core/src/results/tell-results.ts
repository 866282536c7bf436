import type { Profile } from "../scoring/profile.ts";
import { tellInterests } from "./tell-interests.ts";
import { tellTraits } from "./tell-traits.ts";
import type { Told } from "./told.ts";

/** What stands out: a headline, and up to two sentences below it. */
export type Summary = { headline: Told; sentences: readonly Told[] };

/**
 * The first words of the results. Each sentence follows by rule from scores and their errors, and names the
 * scales that it rests on; the rules are in `tellInterests` and `tellTraits`.
 * @returns null for an assessment without scales
 */
export function tellResults(profile: Profile): Summary | null {
	const [headline, ...sentences] = [...tellInterests(profile), ...tellTraits(profile)];
	return headline === undefined ? null : { headline, sentences };
}
