import * as z from "#schema";
import type { Assessment } from "../assessment.ts";
import type { Answer } from "../question-types/index.ts";
import { sumScale } from "./scale-score.ts";
import { answeredBy } from "./score-session.ts";
import { RIASEC_TYPES, type Scoring } from "./scoring.ts";

/** How far up its possible range a sum lies, in the existing product's words. */
const Label = z.enum(["Low", "Medium", "High", "Very High"]);
type Label = z.infer<typeof Label>;

/** By domain. A domain with an unanswered item is absent from both records. */
const Domains = {
	raw_scores: z.record(z.string(), z.number()),
	strength_labels: z.record(z.string(), Label),
};

/** Null where an item that decides it is not answered. */
const Flag = z.nullable(z.boolean());

/** `score` is null and `level` empty where an item that decides the zone is not answered. */
const Zone = z.strictObject({ score: z.nullable(z.number()), level: z.enum(["Low", "Medium", "High", ""]) });

/**
 * The profile as the existing product's clients read it, for content adopted from that product. A missing
 * answer never counts: what depends on one is absent, null or empty.
 */
export const ExistingProfile = z.strictObject({
	riasec: z.strictObject({
		...Domains,
		/** The three highest domains by raw sum, ties in the order R I A S E C; empty unless all six have a sum. */
		holland_code: z.string(),
		top_domain: z.nullable(z.string()),
	}),
	bigfive: z.strictObject(Domains),
	behavioral: z.strictObject({
		...Domains,
		behavioral_flags: z.strictObject({
			procrastination_risk: Flag,
			perfectionism_risk: Flag,
			low_grit_risk: Flag,
			poor_regulation_risk: Flag,
			growth_mindset: Flag,
		}),
	}),
	ikigai_zones: z.strictObject({ love: Zone, mastery: Zone, contribution: Zone, sustainability: Zone }),
	version: z.literal("v1.1"),
});
export type ExistingProfile = z.infer<typeof ExistingProfile>;

type Zones = ExistingProfile["ikigai_zones"];
type Flags = ExistingProfile["behavioral"]["behavioral_flags"];
type Part = "riasec" | "bigfive" | "behavioral";
type Sum = { sum: number; label: Label };
/** The complete sums of one part, by domain. */
type Sums = ReadonlyMap<string, Sum>;

/**
 * The highest share of the possible range that still is Low, Medium, High. For interests they lie where the
 * existing product's thresholds 6, 10, 13 lie between 3 and 15, for the other parts where 6, 9, 12 do (and
 * 10, 15, 20 between 5 and 25). The existing product held interests of up to 45 points against the table that
 * ends at 15.
 */
const UP_TO: Readonly<Record<Part, readonly [number, number, number]>> = {
	riasec: [3 / 12, 7 / 12, 10 / 12],
	bigfive: [1 / 4, 2 / 4, 3 / 4],
	behavioral: [1 / 4, 2 / 4, 3 / 4],
};

/** What a High or Very High label adds to a zone. */
const ZONE_POINTS: Readonly<Record<keyof Zones, readonly [part: Part, domain: string, points: number][]>> = {
	love: [
		["riasec", "A", 2],
		["bigfive", "O", 2],
	],
	mastery: [
		["riasec", "R", 1],
		["riasec", "I", 1],
		["bigfive", "C", 2],
	],
	contribution: [
		["riasec", "S", 2],
		["bigfive", "A", 1],
		["behavioral", "empathy", 1],
	],
	sustainability: [
		["riasec", "E", 1],
		["riasec", "C", 1],
		["behavioral", "grit_persistence", 2],
	],
};

/** Below this sum of learning_orientation (3 items from 1 to 5), a slow start is told as a risk of perfectionism. */
const PERFECTIONISM_BELOW = 9;

/**
 * The profile of the existing product, from the present answers.
 * @param answers by question id; a question without an entry is unanswered
 * @returns null for an assessment whose scoring key does not name the parts of that profile
 */
export function existingProfile(
	assessment: Assessment,
	scoring: Scoring,
	answers: ReadonlyMap<number, Answer>,
): ExistingProfile | null {
	const named = scoring.existing_profile;
	if (named === undefined) return null;
	const answered = answeredBy(assessment, answers);
	const sumsOf = (part: Part): Sums => {
		const sums = new Map<string, Sum>();
		for (const [domain, key] of Object.entries(named[part])) {
			const scale = scoring.scales.find((candidate) => candidate.key === key);
			if (!scale) throw new Error(`The existing profile names a scale that does not exist: ${key}`);
			const found = sumScale(scale, answered);
			if (found) sums.set(domain, { sum: found.sum, label: labelOf(found, UP_TO[part]) });
		}
		return sums;
	};
	return profileOf({
		riasec: sumsOf("riasec"),
		bigfive: sumsOf("bigfive"),
		behavioral: sumsOf("behavioral"),
	});
}

/**
 * The profile that says nothing, for content that the existing product does not know: its clients read the
 * keys without looking whether they are there.
 */
export function emptyExistingProfile(): ExistingProfile {
	return profileOf({ riasec: new Map(), bigfive: new Map(), behavioral: new Map() });
}

function profileOf(parts: Record<Part, Sums>): ExistingProfile {
	const ranked = rankInterests(parts.riasec);
	return {
		riasec: {
			...domainsOf(parts.riasec),
			holland_code: ranked.slice(0, 3).join(""),
			top_domain: ranked[0] ?? null,
		},
		bigfive: domainsOf(parts.bigfive),
		behavioral: { ...domainsOf(parts.behavioral), behavioral_flags: flagsOf(parts.behavioral) },
		ikigai_zones: {
			love: zoneOf("love", parts),
			mastery: zoneOf("mastery", parts),
			contribution: zoneOf("contribution", parts),
			sustainability: zoneOf("sustainability", parts),
		},
		version: "v1.1",
	};
}

/** A share of 7/12 worked out from sums may differ from 7/12 in the last bit. */
const ROUNDING = 1e-9;

function labelOf(
	{ sum, min, max }: { sum: number; min: number; max: number },
	[low, medium, high]: readonly [number, number, number],
): Label {
	const share = max > min ? (sum - min) / (max - min) : 0;
	if (share <= low + ROUNDING) return "Low";
	if (share <= medium + ROUNDING) return "Medium";
	return share <= high + ROUNDING ? "High" : "Very High";
}

function domainsOf(sums: Sums) {
	const all = [...sums];
	return {
		raw_scores: Object.fromEntries(all.map(([domain, { sum }]) => [domain, sum])),
		strength_labels: Object.fromEntries(all.map(([domain, { label }]) => [domain, label])),
	};
}

/** All six domains, the highest sum first; none unless all six have a sum. */
function rankInterests(sums: Sums): string[] {
	if (RIASEC_TYPES.some((type) => !sums.has(type))) return [];
	const sumOf = (type: string) => sums.get(type)?.sum ?? 0;
	return [...RIASEC_TYPES].sort((a, b) => sumOf(b) - sumOf(a));
}

function flagsOf(sums: Sums): Flags {
	const is = (domain: string, ...labels: Label[]): boolean | null => {
		const found = sums.get(domain);
		return found ? labels.includes(found.label) : null;
	};
	const slow_start = is("task_start_tempo", "Low");
	const learning = sums.get("learning_orientation");
	const low_learning = learning ? learning.sum < PERFECTIONISM_BELOW : null;
	return {
		procrastination_risk: slow_start,
		perfectionism_risk: slow_start === null || low_learning === null ? null : slow_start && low_learning,
		low_grit_risk: is("grit_persistence", "Low"),
		poor_regulation_risk: is("self_efficacy", "Low"),
		growth_mindset: is("learning_orientation", "High", "Very High"),
	};
}

function zoneOf(zone: keyof Zones, parts: Readonly<Record<Part, Sums>>): z.infer<typeof Zone> {
	let score = 0;
	for (const [part, domain, points] of ZONE_POINTS[zone]) {
		const found = parts[part].get(domain);
		if (!found) return { score: null, level: "" };
		if (found.label === "High" || found.label === "Very High") score += points;
	}
	if (score >= 3) return { score, level: "High" };
	return { score, level: score === 2 ? "Medium" : "Low" };
}
