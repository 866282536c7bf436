import type { LocalizedText } from "../text.ts";
import type { Interests, ScaleResult, ScoredScale } from "./profile.ts";
import { RIASEC_TYPES, type RiasecType } from "./scoring.ts";

/**
 * Random error of a single interest item, as a share of the item's range (standard deviation).
 *
 * From the published reliability of the O*NET Interest Profiler short form (Rounds et al., 2010: ten items a
 * type, mean alpha .81), whose items are of the same kind: its standard error of measurement is about 3.3 of
 * 40 points, 0.0825 of the range. The error of a mean of k items falls with √k, so one item has 0.0825 × √10
 * = 0.26. The form that ships has no reliability study of its own.
 */
export const ITEM_ERROR = 0.26;

type TypeScore = ScoredScale & { riasec_type: RiasecType };

/** Compares the six interest types; null unless each of them has a number. */
export function compareInterests(scales: readonly ScaleResult[]): Interests | null {
	const hexagon: TypeScore[] = [];
	for (const type of RIASEC_TYPES) {
		const scale = scales.find((candidate) => candidate.riasec_type === type);
		if (scale === undefined || !isTypeScore(scale)) return null;
		hexagon.push(scale);
	}
	const groups = groupTies(hexagon);
	const flat = groups.length === 1;
	const top = flat ? [] : (groups[0] ?? []);
	const means = hexagon.map((scale) => scale.mean);
	return {
		ranking: groups.map((group) => group.map((scale) => scale.key)),
		top: top.map((scale) => scale.key),
		flat,
		differentiation: Math.round((Math.max(...means) - Math.min(...means)) * 1000) / 1000,
		hexagon: hexagon.map(({ key, riasec_type, share }) => ({ key, riasec_type, share })),
		summary: summarize(top),
	};
}

/**
 * Whether two types are too close to tell apart: nearer than one standard error of their difference, the
 * convention of the Self-Directed Search ("rule of eight"). For two complete four-item scales from 1 to 5
 * this is 0.74 raw units, so three points of the sum tell two types apart and two points do not. Even then
 * the order would come out the other way in about one repetition of six: a rule for words, not a significance
 * test.
 */
export function tooCloseToTell(
	a: { share: number; items_answered: number },
	b: { share: number; items_answered: number },
): boolean {
	const error = ITEM_ERROR * Math.sqrt(1 / a.items_answered + 1 / b.items_answered);
	return Math.abs(a.share - b.share) < error;
}

/** Each group holds what is too close to its highest type; inside a group hexagon order, which ranks nothing. */
function groupTies(hexagon: readonly TypeScore[]): TypeScore[][] {
	let rest = hexagon;
	const groups: TypeScore[][] = [];
	while (rest.length > 0) {
		const highest = rest.reduce((best, scale) => (scale.share > best.share ? scale : best));
		groups.push(rest.filter((scale) => scale === highest || tooCloseToTell(scale, highest)));
		rest = rest.filter((scale) => scale !== highest && !tooCloseToTell(scale, highest));
	}
	return groups;
}

function isTypeScore(scale: ScaleResult): scale is TypeScore {
	return (scale.status === "complete" || scale.status === "prorated") && scale.riasec_type !== undefined;
}

function summarize(top: readonly TypeScore[]): LocalizedText {
	const [first] = top;
	if (first === undefined) {
		return {
			en: "Your six interests lie too close together to name a first one. That is a result too: many kinds of activity may suit you alike.",
			ar: "اهتماماتك الستة متقاربة بحيث لا يتقدم أحدها على غيره. وهذه نتيجة أيضًا: فقد تناسبك أنواع كثيرة من الأنشطة بالقدر نفسه.",
		};
	}
	if (top.length === 1) {
		return {
			en: `One interest stands out from the others: ${first.name.en}.`,
			ar: `يبرز اهتمام واحد عن غيره: ${first.name.ar ?? first.name.en}.`,
		};
	}
	return {
		en: `These interests lead, too close together to put them in order: ${top.map((scale) => scale.name.en).join(", ")}.`,
		ar: `تتقدم هذه الاهتمامات، وهي متقاربة بحيث لا يمكن ترتيبها: ${top.map((scale) => scale.name.ar ?? scale.name.en).join("، ")}.`,
	};
}
