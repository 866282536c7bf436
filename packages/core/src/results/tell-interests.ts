import type { Band } from "../scoring/band.ts";
import type { Interests, Profile, ScaleResult, ScoredScale } from "../scoring/profile.ts";
import { RIASEC_TYPES, type RiasecType } from "../scoring/scoring.ts";
import type { LocalizedText } from "../text.ts";
import { clearSide, isScored } from "./second-try.ts";
import { claim, joined, type Told } from "./told.ts";

type TypeScale = ScoredScale & { riasec_type: RiasecType };

/** What a type is about, in everyday words: what follows "You lean towards". */
const ABOUT: Readonly<Record<RiasecType, Required<LocalizedText>>> = {
	R: { en: "practical work with your hands", ar: "العمل العملي باليدين" },
	I: { en: "finding things out", ar: "البحث والاكتشاف" },
	A: { en: "making things of your own", ar: "الابتكار الفني" },
	S: { en: "helping and teaching people", ar: "مساعدة الناس وتعليمهم" },
	E: { en: "leading and winning people over", ar: "القيادة والإقناع" },
	C: { en: "keeping things accurate and in order", ar: "الدقة والترتيب" },
};

/** From this many leading types on, naming them all would say less than that they are many. */
const MANY = 4;

const COUNTED: Readonly<Record<number, Required<LocalizedText>>> = {
	4: { en: "four", ar: "أربعة" },
	5: { en: "five", ar: "خمسة" },
};

/**
 * What stands out among the interests: the headline, and a sentence on their order. Empty for an assessment
 * without interests.
 *
 * The leading types are those too close to the highest to tell apart (`compareInterests`); all of them are
 * named or none. "Lean towards" is said only when every one of them lies clearly in the higher part of its
 * range (`clearSide`); "few appealed to you" only when every one lies clearly in the lower part.
 *
 * @example Investigative 4.75, Artistic and Social 3.75, the others up to 2 (of 5): "You lean towards finding
 *   things out." and "Investigative came first, by more than a second try usually changes."
 */
export function tellInterests({ interests, scales }: Profile): Told[] {
	const types = RIASEC_TYPES.flatMap((type) => scales.find(({ riasec_type }) => riasec_type === type) ?? []);
	if (types.length === 0) return [];
	if (interests === null) return [tellMissing(types)];
	const scored = types.filter(isTypeScale);
	return interests.flat ? tellFlat(scored) : tellLeading(interests, scored);
}

function isTypeScale(scale: ScaleResult): scale is TypeScale {
	return isScored(scale) && scale.riasec_type !== undefined;
}

function tellMissing(types: readonly ScaleResult[]): Told {
	const missing = types.filter((scale) => !isScored(scale));
	if (types.length === missing.length) {
		return {
			text: {
				en: "There are not enough answers yet to say what interests you.",
				ar: "الإجابات لا تكفي بعدُ للحديث عن اهتماماتك.",
			},
			claims: claim("missing", keysOf(missing)),
		};
	}
	const names = joined(missing.map(({ name }) => name));
	return {
		text: {
			en: `Your interests cannot be compared yet: too few answers for ${names.en}.`,
			ar: `لا يمكن بعدُ مقارنة اهتماماتك: الإجابات لا تكفي في ${names.ar}.`,
		},
		claims: claim("missing", keysOf(missing)),
	};
}

const FLAT: Readonly<Record<Band, LocalizedText>> = {
	higher: {
		en: "You like many kinds of activity about equally well.",
		ar: "تعجبك أنواع كثيرة من الأنشطة بدرجة متقاربة.",
	},
	middle: {
		en: "No kind of activity stands out: your six interests lie close together.",
		ar: "لا يبرز نوع من الأنشطة على غيره: اهتماماتك الستة متقاربة.",
	},
	lower: {
		en: "Few of the activities here appealed to you, whatever their kind.",
		ar: "لم يجذبك من الأنشطة هنا إلا القليل، أيًّا كان نوعها.",
	},
};

/** A flat profile is told as liked or not only when all six lie clearly on that side. */
function tellFlat(scored: readonly TypeScale[]): Told[] {
	const level = levelOf(scored);
	const says = level === "mixed" ? "middle" : level;
	const keys = keysOf(scored);
	return [
		{ text: FLAT[says], claims: claim(says === "middle" ? "tied" : says, keys) },
		{
			text: {
				en: "The differences between the six are no larger than a second try usually brings.",
				ar: "والفروق بين الستة ليست أكبر مما تغيّره محاولة ثانية عادةً.",
			},
			claims: claim("tied", keys),
		},
	];
}

function tellLeading(interests: Interests, scored: readonly TypeScale[]): Told[] {
	const lead = scored.filter(({ key }) => interests.top.includes(key));
	return [lead.length >= MANY ? tellMany(lead) : tellFew(lead), tellOrder(lead)];
}

/** Where all of these types clearly lie; `middle` when none lies clearly to one side, `mixed` when some do. */
function levelOf(types: readonly TypeScale[]): Band | "mixed" {
	const sides = new Set(types.map((scale) => clearSide(scale) ?? "middle"));
	const [side] = sides;
	return sides.size === 1 && side !== undefined ? side : "mixed";
}

function tellFew(lead: readonly TypeScale[]): Told {
	const about = lead.map(({ riasec_type }) => ABOUT[riasec_type]);
	const list = { en: listed(about.map(({ en }) => en)), ar: about.map(({ ar }) => ar).join("، و") };
	const level = levelOf(lead);
	const keys = keysOf(lead);
	switch (level) {
		case "higher":
			return {
				text: {
					en: `You lean ${listed(about.map(({ en }) => `towards ${en}`))}.`,
					ar: `تميل إجاباتك إلى ${about.map(({ ar }) => ar).join("، وإلى ")}.`,
				},
				claims: claim("higher", keys),
			};
		case "mixed":
			return {
				text: {
					en: `What you like most: ${list.en}.`,
					ar: `أكثر ما يعجبك من أنواع الأنشطة: ${list.ar}.`,
				},
				claims: claim("ahead", keys),
			};
		case "middle":
			return {
				text: {
					en: `What you like most, though not strongly: ${list.en}.`,
					ar: `أكثر ما يعجبك من أنواع الأنشطة، وإن لم يكن الميل قويًا: ${list.ar}.`,
				},
				claims: claim("ahead", keys),
			};
		case "lower":
			return {
				text: {
					en: `Few of the activities here appealed to you; closest came ${list.en}.`,
					ar: `لم يجذبك من الأنشطة هنا إلا القليل، وأقربها إليك: ${list.ar}.`,
				},
				claims: [...claim("lower", keys), ...claim("ahead", keys)],
			};
	}
}

/** Four or five leading types are counted; the sentence after it names them. */
function tellMany(lead: readonly TypeScale[]): Told {
	const count = COUNTED[lead.length] ?? { en: String(lead.length), ar: String(lead.length) };
	const level = levelOf(lead);
	const keys = keysOf(lead);
	if (level === "lower") {
		return {
			text: {
				en: `Few of the activities here appealed to you, and ${count.en} of the six kinds lie close together.`,
				ar: `لم يجذبك من الأنشطة هنا إلا القليل، و${count.ar} من أنواعها الستة متقاربة.`,
			},
			claims: [...claim("lower", keys), ...claim("tied", keys)],
		};
	}
	const broad = level === "higher";
	return {
		text: {
			en: `${broad ? "Your interests are broad: " : ""}${broad ? count.en : capital(count.en)} of the six kinds of activity lie ahead, close together.`,
			ar: `${broad ? "اهتماماتك واسعة: " : ""}${count.ar} من أنواع الأنشطة الستة في المقدمة، وهي متقاربة.`,
		},
		claims: claim(broad ? "higher" : "ahead", keys),
	};
}

function tellOrder(lead: readonly TypeScale[]): Told {
	const names = joined(lead.map(({ name }) => name));
	const keys = keysOf(lead);
	if (lead.length === 1) {
		return {
			text: {
				en: `${names.en} came first, by more than a second try usually changes.`,
				ar: `في المقدمة ${names.ar}، بفارق أكبر مما تغيّره محاولة ثانية عادةً.`,
			},
			claims: claim("ahead", keys),
		};
	}
	return {
		text: {
			en: `${names.en} came out in front, too close together to put in order.`,
			ar: `في المقدمة ${names.ar}، والتقارب بينها لا يسمح بترتيبها.`,
		},
		claims: [...claim("ahead", keys), ...claim("tied", keys)],
	};
}

function listed(parts: readonly string[]): string {
	return parts.length < 3 ? parts.join(", and ") : `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

function capital(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}

function keysOf(scales: readonly ScaleResult[]): string[] {
	return scales.map(({ key }) => key);
}
