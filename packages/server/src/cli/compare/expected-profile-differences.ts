import { valueAt } from "./json-difference.ts";
import type { Pair, ReplyDifference } from "./types.ts";

/** Points of a zone for each of its interests that is High or Very High. */
const ZONE_POINTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
	love: { A: 2 },
	mastery: { R: 1, I: 1 },
	contribution: { S: 2 },
	sustainability: { E: 1, C: 1 },
};

/** The highest sum of three sliders from 1 to 5: up to it the old thresholds and ours by share are the same. */
const HIGHEST_OF_SLIDERS = 15;

/** A label of an interest, where sums go beyond the old thresholds and both servers have the same sum. */
export function hasExpectedInterestLabel(difference: ReplyDifference): boolean {
	const { path, old, new: ours } = difference;
	const profiles = profilesOf(difference);
	const domain = domainOf(difference);
	if (!profiles || domain === null) return false;
	const labels = { old: labelOf(profiles.old, domain), new: labelOf(profiles.new, domain) };
	const isLabel = path.at(-1) === domain || path.at(-1) === "label";
	return (
		isLabel &&
		old === labels.old &&
		ours === labels.new &&
		typeof ours === "string" &&
		sumOf(profiles.old, domain) === sumOf(profiles.new, domain) &&
		sumsGoBeyondSliders(profiles.old)
	);
}

/** A zone whose points differ by exactly those of its interests' labels. */
export function hasExpectedZone(difference: ReplyDifference): boolean {
	const { path, new: ours } = difference;
	const at = path.indexOf("ikigai_zones");
	const zone = path[at + 1];
	const profiles = profilesOf(difference);
	if (at < 0 || typeof zone !== "string" || !profiles) return false;
	const score = valueAt(profiles.old, "ikigai_zones", zone, "score");
	const before = interestPoints(profiles.old, zone);
	const after = interestPoints(profiles.new, zone);
	if (typeof score !== "number" || before === null || after === null) return false;
	const expected = score - before + after;
	return ours === (path.at(-1) === "score" ? expected : levelOf(expected));
}

/** What a profile with gaps leaves out: absent, null or empty, and never another value. */
export function isLeftOutOfProfileWithGaps({ request, path, new: ours }: ReplyDifference): boolean {
	if (!request.path.startsWith("/api/v2/scores/") || request.session?.has_gaps !== true) return false;
	const isTopList = path[0] === "top_riasec_domains" || path[0] === "top_bigfive_traits";
	return isTopList || ours === undefined || ours === null || ours === "";
}

/** The profiles of this reply, or for the summary those that were read last. */
function profilesOf({ request, replies }: ReplyDifference): Pair<unknown> | null {
	if (!request.path.startsWith("/api/v2/scores/")) return null;
	const old = valueAt(replies.old.body, "profile");
	const ours = valueAt(replies.new.body, "profile");
	if (old !== undefined && ours !== undefined) return { old, new: ours };
	return request.session?.profiles ?? null;
}

/** The interest that a label belongs to. */
function domainOf({ path, replies }: ReplyDifference): string | null {
	if (path.slice(0, 3).join() === "profile,riasec,strength_labels") return String(path[3]);
	if (path[0] !== "top_riasec_domains" || typeof path[1] !== "number") return null;
	const [old, ours] = [replies.old, replies.new].map(({ body }) =>
		valueAt(body, "top_riasec_domains", path[1] ?? 0, "domain"),
	);
	return typeof old === "string" && old === ours ? old : null;
}

function labelOf(profile: unknown, domain: string): unknown {
	return valueAt(profile, "riasec", "strength_labels", domain);
}

function sumOf(profile: unknown, domain: string): unknown {
	return valueAt(profile, "riasec", "raw_scores", domain);
}

function sumsGoBeyondSliders(profile: unknown): boolean {
	const sums = Object.values((valueAt(profile, "riasec", "raw_scores") ?? {}) as object);
	return sums.some((sum) => Number(sum) > HIGHEST_OF_SLIDERS);
}

/** Null where the zone is unknown or an interest has no label. */
function interestPoints(profile: unknown, zone: string): number | null {
	const points = Object.hasOwn(ZONE_POINTS, zone) ? ZONE_POINTS[zone] : undefined;
	if (!points) return null;
	let sum = 0;
	for (const [domain, value] of Object.entries(points)) {
		const label = labelOf(profile, domain);
		if (typeof label !== "string") return null;
		if (label === "High" || label === "Very High") sum += value;
	}
	return sum;
}

function levelOf(score: number): string {
	if (score >= 3) return "High";
	return score === 2 ? "Medium" : "Low";
}
