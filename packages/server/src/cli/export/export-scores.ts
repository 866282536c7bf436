import type { Cell } from "@carhythm/core";
import { type LocalizedText, Profile, type Scale } from "@carhythm/core";
import * as z from "zod/mini";
import type { ExportedSession } from "../../db/operator/session-export.ts";
import type { AssessmentVersion } from "../../db/store.ts";

/**
 * Which part of a scale's result a column holds. Its name is `score:SCALE` and so on: no question's key has a
 * colon.
 */
const PARTS = ["score", "score_label", "score_status"] as const;
type Part = (typeof PARTS)[number];

/** A column with a part of a scale's result, as the codebook describes it. */
export type ScoreColumn = {
	name: string;
	part: Part;
	assessment: string;
	scale: Pick<Scale, "key" | "name" | "method">;
	versions: readonly number[];
};

/**
 * Columns for each scale of any of the versions, in the order of the newest version, then for what only
 * results of the existing product score: its questions may be gone.
 */
export async function scoreColumns(
	versions: readonly AssessmentVersion[],
	adoptedProfiles: () => AsyncIterable<Record<string, unknown>>,
): Promise<ScoreColumn[]> {
	const columns = new Map<string, ScoreColumn>();
	const add = (assessment: string, scale: ScoreColumn["scale"], version: number | null) => {
		for (const part of PARTS) {
			const name = `${part}:${scale.key}`;
			const known = columns.get(name) ?? { name, part, assessment, scale, versions: [] };
			columns.set(name, version === null ? known : { ...known, versions: [...known.versions, version] });
		}
	};
	for (const { index, scoring } of versions) {
		const { key, version } = index.assessment;
		for (const scale of scoring?.scales ?? []) add(key, scale, version);
	}
	const [newest] = versions;
	if (!newest) return [];
	for await (const profile of adoptedProfiles()) {
		for (const { key, domain } of domainsOf(profile, newest)) {
			const scale = { key, name: { en: domain }, method: "points" } as const;
			add(newest.index.assessment.key, scale, null);
		}
	}
	return [...columns.values()];
}

/** The cells of a session's stored result, by the names of their columns; none where no result is stored. */
export function scoreCells({ profile, version }: ExportedSession): ReadonlyMap<string, Cell> {
	if (profile === null) return new Map();
	const ours = Profile.safeParse(profile).data;
	return new Map(ours ? cellsOfOurs(ours) : cellsOfExisting(profile, version));
}

function* cellsOfOurs({ scales }: Profile): Generator<[string, Cell]> {
	for (const scale of scales) {
		if (scale.status !== "not_enough") yield [`score_label:${scale.key}`, scale.band_label.en];
		if (scale.status === "complete" || scale.status === "prorated") {
			yield [`score:${scale.key}`, scale.mean];
		}
		yield [`score_status:${scale.key}`, scale.status];
	}
}

const Domains = z.object({
	raw_scores: z.catch(z.record(z.string(), z.nullable(z.number())), {}),
	strength_labels: z.catch(z.record(z.string(), z.nullable(z.string())), {}),
});
const NO_DOMAINS: z.infer<typeof Domains> = { raw_scores: {}, strength_labels: {} };

/** The three parts of a profile of the existing product that hold scores. A stored one may lack parts. */
const ExistingScores = z.object({
	riasec: z.catch(Domains, NO_DOMAINS),
	bigfive: z.catch(Domains, NO_DOMAINS),
	behavioral: z.catch(Domains, NO_DOMAINS),
});

type Domain = { key: string; domain: string; sum: number | null; label: string | null };

/**
 * What a profile of the existing product says, domain by domain, under the key of its scale. None for a
 * profile of ours.
 */
function domainsOf(profile: Record<string, unknown>, { scoring }: AssessmentVersion): Domain[] {
	const parts = ExistingScores.parse(profile);
	return (["riasec", "bigfive", "behavioral"] as const).flatMap((part) => {
		const { raw_scores, strength_labels } = parts[part];
		const domains = new Set([...Object.keys(raw_scores), ...Object.keys(strength_labels)]);
		return [...domains].map((domain) => ({
			key: scoring?.existing_profile?.[part][domain] ?? USUAL_KEYS[part](domain),
			domain,
			sum: raw_scores[domain] ?? null,
			label: strength_labels[domain] ?? null,
		}));
	});
}

/** The profile of the existing product as it is stored. It does not tell how much of a scale was answered. */
function* cellsOfExisting(
	profile: Record<string, unknown>,
	version: AssessmentVersion,
): Generator<[string, Cell]> {
	for (const { key, sum, label } of domainsOf(profile, version)) {
		yield [`score:${key}`, sum];
		yield [`score_label:${key}`, label];
	}
}

/** How an adoption calls the scales of content that lacks a module of the existing product. */
const USUAL_KEYS = {
	riasec: (domain: string) => `interest-${domain.toLowerCase()}`,
	bigfive: (domain: string) => `trait-${domain.toLowerCase()}`,
	behavioral: (domain: string) => domain.toLowerCase().replaceAll("_", "-"),
} as const;

/** The row of the codebook that describes a column. */
export function scoreRow({ name, part, assessment, scale, versions }: ScoreColumn): Cell[] {
	return [
		assessment,
		name,
		`${scale.name.en}: ${meaningOf(part, scale)}`,
		arabic(scale.name),
		part,
		part === "score_status" ? ["complete", "prorated", "preliminary", "not_enough"] : null,
		null,
		[scale.key],
		null,
		versions,
	];
}

function meaningOf(part: Part, { method }: ScoreColumn["scale"]): string {
	switch (part) {
		case "score":
			return method === "points"
				? "the sum of its points, as stored; empty without a result."
				: "the mean of its answered items, as stored; empty without a result.";
		case "score_label":
			return "the stored result in words.";
		case "score_status":
			return "how much of the scale was answered; empty in profiles of the existing product.";
	}
}

function arabic({ ar }: LocalizedText): string | null {
	return ar ?? null;
}
