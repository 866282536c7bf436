import { readFileSync } from "node:fs";
import { compareInterests } from "../src/scoring/interests.ts";
import type { Profile, ScaleResult } from "../src/scoring/profile.ts";
import { scoreScale } from "../src/scoring/scale-score.ts";
import { type Scale, Scoring } from "../src/scoring/scoring.ts";

const FILE = new URL("../../../content/career-rhythm/scoring.json", import.meta.url);

function readShippedScales(): Scale[] {
	const { $schema: _, ...scoring } = JSON.parse(readFileSync(FILE, "utf8"));
	return Scoring.parse(scoring).scales;
}

/** The scales of the assessment that ships: each has four items from 1 to 5. */
export const SHIPPED = readShippedScales();

/** Every sum that four answers can have. */
export const SUMS = Array.from({ length: 17 }, (_, n) => n + 4);

const results = new Map<string, ScaleResult>();

/** The result of a shipped scale whose answers have this sum; null for no answer at all. */
export function resultOf(scale: Scale, sum: number | null): ScaleResult {
	const name = `${scale.key} ${sum}`;
	const known = results.get(name);
	if (known) return known;
	const made = scoreSum(scale, sum);
	results.set(name, made);
	return made;
}

function scoreSum(scale: Scale, sum: number | null): ScaleResult {
	const count = scale.items.length;
	return scoreScale(scale, {
		question: (key) => ({
			...{ id: scale.items.findIndex(({ question }) => question === key), key, text: { en: key } },
			...{ required: true, type: "slider", min: 1, max: 5, step: 1, scale_labels: [] },
		}),
		answer({ id }) {
			if (sum === null) return undefined;
			const score = Math.floor((sum + id) / count);
			return { type: "slider", value: scale.items[id]?.reverse ? 6 - score : score };
		},
	});
}

/** A profile of the shipped assessment from the sums of its scales, in their order. */
export function profileOfSums(sums: readonly (number | null)[]): Profile {
	const scales = SHIPPED.map((scale, n) => resultOf(scale, sums[n] ?? null));
	return {
		version: "carhythm/1",
		assessment: { key: "career-rhythm", version: 1 },
		groups: [],
		scales,
		interests: compareInterests(scales),
		choices: [],
		notes: [],
	};
}
