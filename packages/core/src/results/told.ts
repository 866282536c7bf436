import type { LocalizedText } from "../text.ts";

/** What a sentence says of one scale. */
export type Claim = {
	/** The key of the scale. */
	key: string;
	/**
	 * - `higher`, `lower`: the result lies clearly towards this end.
	 * - `leans_higher`, `leans_lower`: it lies towards this end, but a second try could usually land in the middle.
	 * - `middle`: it lies in the middle part of the range.
	 * - `unclear`: it lies clearly towards neither end.
	 * - `ahead`: it is among the highest interests, however high that is.
	 * - `tied`: it cannot be told from the others that the sentence names.
	 * - `missing`: too few answers.
	 */
	says:
		| "higher"
		| "lower"
		| "leans_higher"
		| "leans_lower"
		| "middle"
		| "unclear"
		| "ahead"
		| "tied"
		| "missing";
};

/** One sentence of the results, with the scores that it rests on. */
export type Told = { text: LocalizedText; claims: readonly Claim[] };

/** Several names as one part of a sentence: "A, B and C", «A وB وC». */
export function joined(names: readonly LocalizedText[]): Required<LocalizedText> {
	const en = names.map((name) => name.en);
	const last = en.pop() ?? "";
	const ar = names.map((name) => name.ar ?? name.en);
	return {
		en: en.length === 0 ? last : `${en.join(", ")} and ${last}`,
		ar: ar.join(" و"),
	};
}

/** The same claim of several scales. */
export function claim(says: Claim["says"], keys: readonly string[]): Claim[] {
	return keys.map((key) => ({ key, says }));
}
