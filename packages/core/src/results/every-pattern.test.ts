import * as fc from "fast-check";
import { expect, test } from "vitest";
import { profileOfSums, SHIPPED, SUMS } from "../../test/shipped-scales.ts";
import type { Profile } from "../scoring/profile.ts";
import { holds } from "../testing/holds.ts";
import { wordsOfScales } from "./scale-words.ts";
import { tellResults } from "./tell-results.ts";
import type { Claim, Told } from "./told.ts";

const MIDDLE_OF_ALL = SHIPPED.map(() => 12);
/** Opposite claims of one scale, or of two that ask about the same thing. */
const OPPOSITE: Readonly<Partial<Record<Claim["says"], readonly Claim["says"][]>>> = {
	higher: ["lower", "leans_lower", "middle", "unclear", "missing", "leans_higher"],
	lower: ["higher", "leans_higher", "middle", "unclear", "missing", "leans_lower"],
	leans_higher: ["leans_lower", "missing", "middle"],
	leans_lower: ["leans_higher", "missing", "middle"],
	ahead: ["missing"],
	tied: ["missing"],
};
const OF_TWO: Readonly<Partial<Record<Claim["says"], readonly Claim["says"][]>>> = {
	higher: ["lower", "leans_lower"],
	leans_higher: ["lower", "leans_lower"],
};
const OVERLAPS = SHIPPED.flatMap(({ key, overlaps }) =>
	(overlaps ?? []).flatMap((other): [string, string][] => [
		[key, other],
		[other, key],
	]),
);

/** Every sentence that the page shows for a profile. */
function sentencesOf(profile: Profile): Told[] {
	const summary = tellResults(profile);
	if (summary === null) throw new Error("no sentence");
	return [summary.headline, ...summary.sentences, ...wordsOfScales(profile).map(({ told }) => told)];
}

/** The first fault of a profile's sentences; null when there is none. */
function faultOf(profile: Profile): string | null {
	const told = sentencesOf(profile);
	const says = new Map<string, Set<Claim["says"]>>();
	for (const { text, claims } of told) {
		if (!text.en.trim() || !text.ar?.trim()) return "a sentence without words";
		if (/undefined|NaN|\[object/.test(text.en + text.ar)) return text.en;
		if (claims.length === 0) return `a sentence that rests on nothing: ${text.en}`;
		for (const { key, says: what } of claims) says.set(key, (says.get(key) ?? new Set()).add(what));
	}
	for (const [key, all] of says) {
		for (const what of all) {
			const opposite = OPPOSITE[what]?.find((other) => all.has(other));
			if (opposite) return `${key} is told as ${what} and as ${opposite}`;
		}
	}
	for (const [key, other] of OVERLAPS) {
		for (const what of says.get(key) ?? []) {
			const opposite = OF_TWO[what]?.find((against) => says.get(other)?.has(against));
			if (opposite) return `${key} is told as ${what} and ${other} as ${opposite}`;
		}
	}
	return null;
}

function expectNoFault(sums: readonly (number | null)[], part?: "interests"): void {
	const whole = profileOfSums(sums);
	const fault = faultOf(part ? { ...whole, scales: whole.scales.slice(0, 6) } : whole);
	if (fault !== null) throw new Error(`${fault}; sums ${sums.join(" ")}`);
}

/** All ways to choose `length` values in falling order, repeats allowed. */
function* falling<Value>(values: readonly Value[], length: number): Generator<Value[]> {
	if (length === 0) {
		yield [];
		return;
	}
	for (let n = 0; n < values.length; n += 1) {
		for (const rest of falling(values.slice(n), length - 1)) yield [values[n] as Value, ...rest];
	}
}

/** All ways to choose `length` values. */
function* every<Value>(values: readonly Value[], length: number): Generator<Value[]> {
	if (length === 0) {
		yield [];
		return;
	}
	for (const value of values) for (const rest of every(values, length - 1)) yield [value, ...rest];
}

test("interests: every pattern of the six sums, and of those without enough answers, has its sentences and no two that contradict", () => {
	// The rules know the six types by their sums alone, so sums in falling order stand for all orders of them
	// (the next test holds that): 100,947 patterns in place of 34 million.
	let patterns = 0;
	for (const sums of falling([...SUMS.toReversed(), null], 6)) {
		expectNoFault(sums, "interests");
		patterns += 1;
	}
	expect(patterns).toBe(100_947);
});

test("interests: the same sums on other types are told by the same rule of the types that have them", () => {
	const sum = fc.option(fc.constantFrom(...SUMS), { freq: 20 });
	const six = fc.array(sum, { minLength: 6, maxLength: 6 });
	const claimsOf = (sums: readonly (number | null)[]) => {
		const summary = tellResults(profileOfSums([...sums, ...MIDDLE_OF_ALL.slice(6)]));
		const claims = [summary?.headline, ...(summary?.sentences ?? [])].map((told) => told?.claims ?? []);
		return claims.map((all) =>
			all
				.flatMap(({ key, says }) => {
					const n = SHIPPED.findIndex((scale) => scale.key === key);
					return n < 6 ? [`${sums[n]} ${says}`] : [];
				})
				.sort(),
		);
	};
	holds(
		fc.property(
			six.chain((sums) =>
				fc.tuple(fc.constant(sums), fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 })),
			),
			([sums, order]) => {
				expect(claimsOf(order.map((n) => sums[n] ?? null))).toEqual(claimsOf(sums));
			},
		),
	);
});

test("work style: every pattern of the three scales that ask about the same things", () => {
	const places = ["conscientiousness", "orderliness", "self-discipline"].map((key) =>
		SHIPPED.findIndex((scale) => scale.key === key),
	);
	for (const sums of every([...SUMS, null], places.length)) {
		const all: (number | null)[] = [...MIDDLE_OF_ALL];
		for (const [n, place] of places.entries()) all[place] = sums[n] ?? null;
		expectNoFault(all);
	}
});

test("traits and work style: every pattern of clearly low, middle and clearly high has a sentence, of results that are so", () => {
	// Which sentence each scale has beside depends on itself and on the three scales of the test before.
	let patterns = 0;
	for (const sums of every([6, 12, 18], 11)) {
		const { scales, ...profile } = profileOfSums([...MIDDLE_OF_ALL.slice(0, 6), ...sums]);
		const headline = tellResults({ ...profile, scales: scales.slice(6) })?.headline;
		if (!headline?.text.ar || headline.claims.length === 0) throw new Error(`No sentence: ${sums.join(" ")}`);
		for (const { key, says } of headline.claims) {
			const sum = sums[SHIPPED.findIndex((scale) => scale.key === key) - 6];
			if (says !== "unclear" && says !== (sum === 18 ? "higher" : "lower")) {
				throw new Error(`${key} is told as ${says}: ${sums.join(" ")}`);
			}
		}
		patterns += 1;
	}
	expect(patterns).toBe(177_147);
});

test("whatever the sums of all seventeen scales, and whichever lack answers", () => {
	const sum = fc.option(fc.constantFrom(...SUMS), { freq: 10 });
	holds(fc.property(fc.array(sum, { minLength: 17, maxLength: 17 }), (sums) => expectNoFault(sums)));
});
