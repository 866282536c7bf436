import type { Profile, ScaleResult, ScoredScale } from "../scoring/profile.ts";
import type { LocalizedText } from "../text.ts";
import { opposites, overlap } from "./scale-words.ts";
import { clearness, clearSide, isScored } from "./second-try.ts";
import { claim, joined, type Told } from "./told.ts";

/** More than two would be a list, not a sentence. */
const NAMED = 2;

/**
 * One sentence on traits and facets: up to two of those that lie clearly to one side, the clearest first
 * (distance from the middle in units of its own reach; of equals the first of the assessment). Where there are
 * more, the sentence says "among other things". Empty for an assessment without such scales.
 *
 * Two scales that overlap are never in it together, and not at all when they point different ways.
 *
 * @example imagination at 0.94 of its range, cautiousness at 0.19, all others near the middle: "You describe
 *   yourself as open to ideas and deciding on the spot."
 */
export function tellTraits({ scales }: Pick<Profile, "scales">): Told[] {
	const traits = scales.filter(({ kind }) => kind !== "riasec");
	if (traits.length === 0) return [];
	const scored = traits.filter(isScored);
	if (scored.length === 0) return [tellNothing(traits)];
	const clear = scored
		.filter((scale) => clearSide(scale) !== null && opposites(scale, scored).length === 0)
		.sort((a, b) => clearness(b) - clearness(a));
	if (clear.length === 0) return [tellUnclear(scored)];
	return [tellClear(chooseApart(clear), clear.length)];
}

/** The first ones of which no two overlap. */
function chooseApart(clear: readonly ScoredScale[]): ScoredScale[] {
	const chosen: ScoredScale[] = [];
	for (const scale of clear) {
		if (chosen.length < NAMED && !chosen.some((other) => overlap(scale, other))) chosen.push(scale);
	}
	return chosen;
}

function tellClear(chosen: readonly ScoredScale[], clear: number): Told {
	const claims = chosen.flatMap((scale) => claim(scale.band, [scale.key]));
	const phrases = chosen.flatMap(({ phrase }) => phrase ?? []);
	if (phrases.length < chosen.length) return { text: bySides(chosen), claims };
	const words = joined(phrases);
	const more = clear > chosen.length;
	return {
		text: {
			en: `You describe yourself${more ? ", among other things," : ""} as ${words.en}.`,
			ar: `تصف إجاباتك ${words.ar}${more ? "، إلى جانب أمور أخرى" : ""}.`,
		},
		claims,
	};
}

/** For content without phrases of its own: the names of the scales, and the part of the range. */
function bySides(chosen: readonly ScoredScale[]): LocalizedText {
	const named = (band: "higher" | "lower") =>
		joined(chosen.filter((scale) => scale.band === band).map(({ name }) => name));
	const higher = named("higher");
	const lower = named("lower");
	const en = [
		...(higher.en ? [`clearly in the higher part of the range: ${higher.en}`] : []),
		...(lower.en ? [`clearly in the lower part of the range: ${lower.en}`] : []),
	].join("; ");
	const ar = [
		...(higher.ar ? [`في الجزء الأعلى من المدى بوضوح: ${higher.ar}`] : []),
		...(lower.ar ? [`في الجزء الأدنى من المدى بوضوح: ${lower.ar}`] : []),
	].join("؛ ");
	return { en: `${en.charAt(0).toUpperCase()}${en.slice(1)}.`, ar: `${ar}.` };
}

/** Nothing is clear; or what is clear is contradicted by an overlapping scale, and then both are named. */
function tellUnclear(scored: readonly ScoredScale[]): Told {
	const torn = scored.filter((scale) => clearSide(scale) !== null);
	const claims = claim(
		"unclear",
		scored.map(({ key }) => key),
	);
	if (torn.length === 0) {
		return {
			text: {
				en: "In how you describe yourself, nothing lies clearly to one side: a bit of both ends everywhere.",
				ar: "في وصفك لنفسك لا يميل شيء بوضوح إلى طرف: شيء من الطرفين في كل جانب.",
			},
			claims,
		};
	}
	const involved = scored.filter((scale) => torn.some((one) => one === scale || isTorn(one, scale)));
	const names = joined(involved.map(({ name }) => name));
	return {
		text: {
			en: `Your answers on ${names.en} point different ways; in the rest nothing lies clearly to one side.`,
			ar: `إجاباتك عن ${names.ar} لا تتفق في الاتجاه، وفي ما عداها لا يميل شيء بوضوح إلى طرف.`,
		},
		claims,
	};
}

function isTorn(scale: ScoredScale, other: ScoredScale): boolean {
	return opposites(scale, [other]).length > 0;
}

function tellNothing(traits: readonly ScaleResult[]): Told {
	return {
		text: {
			en: "There are not enough answers yet to say how you describe yourself.",
			ar: "الإجابات لا تكفي بعدُ للحديث عن وصفك لنفسك.",
		},
		claims: claim(
			"missing",
			traits.map(({ key }) => key),
		),
	};
}
