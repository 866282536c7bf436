import { expect, test } from "vitest";
import { profileOfSums, resultOf, SHIPPED } from "../../test/shipped-scales.ts";
import type { ScoredScale } from "../scoring/profile.ts";
import { wordsOfScales } from "./scale-words.ts";
import { clearSide, errorOf, isScored, secondTryOf } from "./second-try.ts";
import { tellResults } from "./tell-results.ts";

function scored(key: string, sum: number): ScoredScale {
	const scale = SHIPPED.find((candidate) => candidate.key === key);
	const result = scale && resultOf(scale, sum);
	if (!result || !isScored(result)) throw new Error(`${key} has no number`);
	return result;
}

/** Sums of R I A S E C, then of the traits and facets by key; those not given are 12, the middle. */
function told(interests: readonly (number | null)[], others: Record<string, number | null> = {}) {
	const rest = SHIPPED.slice(6).map(({ key }) => (key in others ? (others[key] ?? null) : 12));
	const summary = tellResults(profileOfSums([...interests, ...rest]));
	return [summary?.headline, ...(summary?.sentences ?? [])].map((one) => one?.text.en);
}

const MIDDLING =
	"In how you describe yourself, nothing lies clearly to one side: a bit of both ends everywhere.";

test("the error of a score is worked out from alpha where one is published, else from that of one item", () => {
	// Interests: 0.26 ÷ √4.
	expect(errorOf(scored("realistic", 12))).toBeCloseTo(0.13, 6);
	// Extraversion, alpha .77: 0.2 × √0.23 = 0.2 × 0.479583.
	expect(errorOf(scored("extraversion", 12))).toBeCloseTo(0.095917, 6);
	// Orderliness, no alpha: as an interest.
	expect(errorOf(scored("orderliness", 12))).toBeCloseTo(0.13, 6);
	// Eight of ten items, alpha .75: 0.2 × 0.5 × √(10 ÷ 8) = 0.1 × 1.118034.
	const prorated: ScoredScale = {
		...scored("extraversion", 12),
		reliability: { alpha: 0.75, source: "by hand" },
		status: "prorated",
		items_total: 10,
		items_answered: 8,
	};
	expect(errorOf(prorated)).toBeCloseTo(0.111803, 6);
});

test("the bar reaches √2 errors to each side, and ends with the scale", () => {
	// (16 − 4) ÷ 16 = 0.75; √2 × 0.13 = 0.183848.
	expect(secondTryOf(scored("realistic", 16)).from).toBeCloseTo(0.566152, 6);
	expect(secondTryOf(scored("realistic", 16)).to).toBeCloseTo(0.933848, 6);
	expect(secondTryOf(scored("realistic", 20)).to).toBe(1);
	expect(secondTryOf(scored("realistic", 4)).from).toBe(0);
});

test("a result is clear from the third point off the middle on, the first that a second try seldom takes back", () => {
	// 12 is the middle. 15 lies 0.1875 off, beyond 0.1838; 14 lies 0.125 off.
	expect([9, 10, 12, 14, 15].map((sum) => clearSide(scored("realistic", sum)))).toEqual([
		"lower",
		null,
		null,
		null,
		"higher",
	]);
	// Extraversion: √2 × 0.095917 = 0.135647, so 14 (0.125) is not clear and 15 is.
	expect([14, 15].map((sum) => clearSide(scored("extraversion", sum)))).toEqual([null, "higher"]);
});

test("one interest that leads is named, and told apart from the next", () => {
	// I 19, the next 15: four points of the sum, and three tell apart.
	expect(told([8, 19, 15, 15, 8, 8])).toEqual([
		"You lean towards finding things out.",
		"Investigative came first, by more than a second try usually changes.",
		MIDDLING,
	]);
});

test("interests within two points of the highest are tied, all of them named and none put first", () => {
	expect(told([8, 18, 9, 16, 18, 10]).slice(0, 2)).toEqual([
		"You lean towards finding things out, towards helping and teaching people, and towards leading and winning people over.",
		"Investigative, Social and Enterprising came out in front, too close together to put in order.",
	]);
	// The same sums on other types: the order of the hexagon, whatever was higher by a point.
	expect(told([16, 9, 8, 10, 8, 17]).slice(0, 2)).toEqual([
		"You lean towards practical work with your hands, and towards keeping things accurate and in order.",
		"Realistic and Conventional came out in front, too close together to put in order.",
	]);
});

test("leading is not liking: the words follow where the leading types lie themselves", () => {
	// 15 is clearly high and 13 is not, and both lead.
	expect(told([15, 13, 8, 8, 8, 8])[0]).toBe(
		"What you like most: practical work with your hands, and finding things out.",
	);
	expect(told([12, 5, 5, 5, 5, 5])[0]).toBe(
		"What you like most, though not strongly: practical work with your hands.",
	);
	expect(told([9, 5, 5, 5, 5, 5])[0]).toBe(
		"Few of the activities here appealed to you; closest came practical work with your hands.",
	);
});

test("four or five leading types are counted", () => {
	expect(told([16, 17, 18, 16, 8, 8]).slice(0, 2)).toEqual([
		"Your interests are broad: four of the six kinds of activity lie ahead, close together.",
		"Realistic, Investigative, Artistic and Social came out in front, too close together to put in order.",
	]);
	expect(told([12, 12, 12, 12, 12, 5])[0]).toBe(
		"Five of the six kinds of activity lie ahead, close together.",
	);
	expect(told([8, 8, 8, 8, 4, 5])[0]).toBe(
		"Few of the activities here appealed to you, and four of the six kinds lie close together.",
	);
});

test("six that are alike are told as alike, and as liked only when they are", () => {
	expect(told([12, 13, 12, 11, 12, 13]).slice(0, 2)).toEqual([
		"No kind of activity stands out: your six interests lie close together.",
		"The differences between the six are no larger than a second try usually brings.",
	]);
	expect(told([18, 18, 17, 17, 18, 19])[0]).toBe("You like many kinds of activity about equally well.");
	expect(told([5, 5, 6, 5, 5, 5])[0]).toBe(
		"Few of the activities here appealed to you, whatever their kind.",
	);
});

test("missing interests are named, and nothing is made of the others", () => {
	expect(told([18, null, 8, 8, null, 8])).toEqual([
		"Your interests cannot be compared yet: too few answers for Investigative and Enterprising.",
		MIDDLING,
	]);
	expect(told([null, null, null, null, null, null])[0]).toBe(
		"There are not enough answers yet to say what interests you.",
	);
});

test("of the clear traits the two clearest are told, measured in their own error", () => {
	// Both 20, 0.5 off the middle. Extraversion reaches 0.1356 (3.7 times), cautiousness 0.1838 (2.7 times);
	// imagination at 5, 0.4375 off, reaches 0.2 × √0.35 × √2 = 0.1673 (2.6 times).
	const others = { extraversion: 20, cautiousness: 20, imagination: 5 };
	expect(told([8, 19, 8, 8, 8, 8], others).at(-1)).toBe(
		"You describe yourself, among other things, as outgoing and thinking before you act.",
	);
	expect(told([8, 19, 8, 8, 8, 8], { extraversion: 20, cautiousness: 4 }).at(-1)).toBe(
		"You describe yourself as outgoing and quick to decide.",
	);
	expect(told([8, 19, 8, 8, 8, 8], { orderliness: 15 }).at(-1)).toBe("You describe yourself as tidy.");
});

test("scales that ask about the same thing are not told twice", () => {
	expect(told([8, 19, 8, 8, 8, 8], { conscientiousness: 20, orderliness: 20, cautiousness: 15 }).at(-1)).toBe(
		"You describe yourself, among other things, as orderly and prompt and thinking before you act.",
	);
});

test("scales that ask about the same thing and point different ways are told as that, and as nothing else", () => {
	const torn = { conscientiousness: 17, orderliness: 6 };
	expect(told([8, 19, 8, 8, 8, 8], torn).at(-1)).toBe(
		"Your answers on Conscientiousness and Orderliness point different ways; in the rest nothing lies clearly to one side.",
	);
	expect(told([8, 19, 8, 8, 8, 8], { ...torn, imagination: 18 }).at(-1)).toBe(
		"You describe yourself as imaginative and open to ideas.",
	);
	const rest = SHIPPED.slice(6).map(({ key }) => (key in torn ? torn[key as keyof typeof torn] : 12));
	const words = wordsOfScales(profileOfSums([8, 19, 8, 8, 8, 8, ...rest]));
	expect(words.filter(({ kind }) => kind === "both_ways").map(({ scale }) => scale.key)).toEqual([
		"conscientiousness",
		"orderliness",
	]);
	expect(words.find(({ scale }) => scale.key === "orderliness")?.told.text.en).toContain("Conscientiousness");
});

test("a result that is in the higher part but not clearly says that a second try may be in the middle", () => {
	const [words] = wordsOfScales({ scales: [scored("extraversion", 14)] });
	expect(words?.kind).toBe("leaning");
	expect(words?.told.text.en).toMatch(
		/^You describe yourself as outgoing.* A second try could also come out/,
	);
});

test("content without phrases of its own is told by the names of its scales", () => {
	const profile = profileOfSums([...Array(6).fill(12), ...SHIPPED.slice(6).map(() => 12)]);
	const plain = (key: string, sum: number): ScoredScale => {
		const { phrase: _, ...scale } = scored(key, sum);
		return scale;
	};
	const scales = [plain("extraversion", 18), plain("imagination", 5)];
	expect(tellResults({ ...profile, interests: null, scales })?.headline.text.en).toBe(
		"Clearly in the higher part of the range: Extraversion; clearly in the lower part of the range: Imagination.",
	);
});

test("an assessment without scales has no sentences", () => {
	expect(tellResults({ ...profileOfSums([]), scales: [], interests: null })).toBeNull();
});
