import type { Profile, ScoredScale } from "../scoring/profile.ts";
import { clearSide, isScored } from "./second-try.ts";
import { claim, type Told } from "./told.ts";

/** The sentence of one scale; `plain` where the result lies clearly to one side or in the middle part. */
export type ScaleWords = { scale: ScoredScale; told: Told; kind: "plain" | "leaning" | "both_ways" };

/**
 * The sentence of every scale that has a number, in the order of the assessment: the text of its band. Where
 * a second try could usually land in the middle, the sentence says so; where an overlapping scale points the
 * other way, nothing is made of either.
 *
 * @example Extraversion at 0.625 of its range: "You describe yourself as outgoing. A second try could also
 *   come out in the middle."
 */
export function wordsOfScales({ scales }: Pick<Profile, "scales">): ScaleWords[] {
	const scored = scales.filter(isScored);
	return scored.flatMap((scale): ScaleWords[] => {
		const [other] = opposites(scale, scored);
		if (other !== undefined) return [{ scale, told: tellBothWays(scale, other), kind: "both_ways" }];
		const { text, band, key } = scale;
		if (text === undefined) return [];
		if (band === "middle") return [{ scale, told: { text, claims: claim("middle", [key]) }, kind: "plain" }];
		if (clearSide(scale) !== null) {
			return [{ scale, told: { text, claims: claim(band, [key]) }, kind: "plain" }];
		}
		return [{ scale, told: tellLeaning(scale, text), kind: "leaning" }];
	});
}

/** The scales that ask about the same thing in part, and lie in the opposite part of their range. */
export function opposites(scale: ScoredScale, scored: readonly ScoredScale[]): ScoredScale[] {
	if (scale.band === "middle") return [];
	return scored.filter(
		(other) => overlap(scale, other) && other.band !== "middle" && other.band !== scale.band,
	);
}

/** Whether two scales ask about the same thing in part, as the scoring key says of one of them. */
export function overlap(a: ScoredScale, b: ScoredScale): boolean {
	return (a.overlaps?.includes(b.key) || b.overlaps?.includes(a.key)) ?? false;
}

function tellLeaning(scale: ScoredScale, text: NonNullable<ScoredScale["text"]>): Told {
	return {
		text: {
			en: `${text.en} A second try could also come out in the middle.`,
			ar: `${text.ar ?? text.en} وقد تأتي محاولة ثانية في الوسط.`,
		},
		claims: claim(scale.band === "higher" ? "leans_higher" : "leans_lower", [scale.key]),
	};
}

function tellBothWays(scale: ScoredScale, other: ScoredScale): Told {
	return {
		text: {
			en: `Your answers here and those on ${other.name.en} point different ways, so no sentence is made of them.`,
			ar: `إجاباتك هنا وإجاباتك عن ${other.name.ar ?? other.name.en} لا تتفق في الاتجاه، لذلك لا يُستنتج منها شيء.`,
		},
		claims: claim("unclear", [scale.key, other.key]),
	};
}
