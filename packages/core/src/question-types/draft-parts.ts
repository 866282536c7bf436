import { type Refusal, refuse } from "../refusal.ts";

/**
 * Whether a draft holds options or items of its own question, each once. It may be incomplete; anything else in
 * it would be stored without a bound.
 */
export function checkParts(parts: readonly string[], indexOf: (part: string) => number): Refusal | null {
	const indexes = parts.map(indexOf);
	if (indexes.includes(-1)) {
		return refuse("answer_unknown_option", "Choose among the options of this question.");
	}
	return new Set(indexes).size === indexes.length
		? null
		: refuse("answer_repeated_option", "Choose each option once.");
}
