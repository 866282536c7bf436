import {
	type ExistingProfileScales,
	type LocalizedText,
	RIASEC_TYPES,
	type Scale,
	type ScaleItem,
	Scoring,
} from "@carhythm/core";
import type { Findings } from "../../../question-types/existing-rows.ts";
import { adoptionOf } from "../../../question-types/index.ts";
import type { PageRow, ReadChapter, ReadQuestion } from "./rows.ts";

type Named = Pick<Scale, "key" | "name" | "kind" | "group"> & Partial<Pick<Scale, "riasec_type">>;

const GROUPS: Readonly<Record<string, LocalizedText>> = {
	interests: { en: "Interests", ar: "الاهتمامات" },
	traits: { en: "Personality", ar: "الشخصية" },
	scales: { en: "Ways of working", ar: "أساليب العمل" },
};

const INTERESTS: Readonly<Record<(typeof RIASEC_TYPES)[number], LocalizedText>> = {
	R: { en: "Realistic", ar: "واقعي" },
	I: { en: "Investigative", ar: "استقصائي" },
	A: { en: "Artistic", ar: "فني" },
	S: { en: "Social", ar: "اجتماعي" },
	E: { en: "Enterprising", ar: "مبادر" },
	C: { en: "Conventional", ar: "تقليدي" },
};
const TRAITS: Readonly<Record<string, LocalizedText>> = {
	O: { en: "Openness", ar: "الانفتاح" },
	C: { en: "Conscientiousness", ar: "يقظة الضمير" },
	E: { en: "Extraversion", ar: "الانبساط" },
	A: { en: "Agreeableness", ar: "المقبولية" },
	N: { en: "Neuroticism", ar: "العصابية" },
};

/** By `pages.order_index`: what the existing product's profile is made of. */
const MODULES = ["riasec", "bigfive", "behavioral"] as const;

const DOMAINS: Readonly<Record<(typeof MODULES)[number], ReadonlySet<string>>> = {
	riasec: new Set(RIASEC_TYPES),
	bigfive: new Set(Object.keys(TRAITS)),
	behavioral: new Set([
		"motivation_type",
		"grit_persistence",
		"self_efficacy",
		"resilience",
		"learning_orientation",
		"empathy",
		"task_start_tempo",
	]),
};

type Module = (typeof MODULES)[number];
type Letters = "interests" | "traits" | null;
type FoundScale = { named: Named; items: ScaleItem[] };
/** A question's part in a scale, before it is known whether it counts. */
type Part = { read: ReadQuestion; domain: string; named: Named | null; module: Module | undefined };

/**
 * The scoring key that the rows hold: sums of sliders, of chosen options and of places in rankings, scale by
 * scale. A domain that belongs to one of the three modules is scored as the existing product does: from that
 * module's page alone, choices and rankings for interests only. Null when nothing carries a score.
 */
export function readScoring(
	chapters: readonly ReadChapter[],
	pages: readonly PageRow[],
	findings: Findings,
): Scoring | null {
	const parts = partsOf(chapters, pages);
	const existing: ExistingProfileScales = { riasec: {}, bigfive: {}, behavioral: {} };
	for (const { read, domain, named, module } of parts) {
		if (named && module && typeOf(read).counts === "everywhere") existing[module][domain] = named.key;
	}
	const inModule = new Set(MODULES.flatMap((module) => Object.values(existing[module])));
	const scales = new Map<string, FoundScale>();
	const lost = new Map<string, Set<number>>();
	for (const { read, domain, named, module } of parts) {
		if (!named) {
			lost.set(domain, (lost.get(domain) ?? new Set()).add(read.row.id));
			continue;
		}
		const isInterest = named.kind === "riasec";
		if (inModule.has(named.key) && (!module || (typeOf(read).counts !== "everywhere" && !isInterest)))
			continue;
		const item = typeOf(read).scaleItem(read.question, read.row, { domain, isInterest });
		if (!item) continue;
		const scale = scales.get(named.key) ?? { named, items: [] };
		scale.items.push(item);
		scales.set(named.key, scale);
	}
	for (const [domain, ids] of lost) {
		findings.losses.push(
			`questions ${[...ids].join(", ")} get no score for new answers: nothing tells what their domain ${domain} is; stored profiles are served as they are`,
		);
	}
	if (scales.size === 0) return null;
	const kept = [...scales.values()];
	const groups = [...new Set(kept.map(({ named }) => named.group))];
	// The existing product makes no profile of content that lacks one of the three modules.
	const isWhole = MODULES.every((module) => Object.keys(existing[module]).length > 0);
	return Scoring.parse({
		groups: groups.map((key) => ({ key, name: GROUPS[key] })),
		instruments: [],
		scales: kept.map(({ named, items }) => ({ ...named, method: "points", items })),
		...(isWhole && { existing_profile: existing }),
	});
}

function partsOf(chapters: readonly ReadChapter[], pages: readonly PageRow[]): Part[] {
	const moduleOfPage = new Map(pages.map(({ id, order_index }) => [id, MODULES[order_index - 1]]));
	return chapters.flatMap(({ questions }) => {
		const [first] = questions;
		const letters = lettersOf(questions, first && moduleOfPage.get(first.row.page_id));
		const scorable = questions.filter((read) => typeOf(read).counts !== "nowhere");
		return scorable.flatMap((read) =>
			domainsOf(read).map((domain): Part => {
				const named = nameOf(domain, letters);
				const module = moduleOfPage.get(read.row.page_id);
				const belongs = named !== null && module !== undefined && isPartOf(module, domain, named);
				return { read, domain, named, module: belongs ? module : undefined };
			}),
		);
	});
}

function isPartOf(module: Module, domain: string, { kind }: Named): boolean {
	if (!DOMAINS[module].has(domain)) return false;
	return kind === { riasec: "riasec", bigfive: "trait", behavioral: "scale" }[module];
}

/** The domains that a question counts for; those of its options where they have their own. */
function domainsOf(read: ReadQuestion): string[] {
	const { row } = read;
	const domains = typeOf(read)
		.options(row)
		.flatMap(({ domain, score }) =>
			domain && (score !== null || RIASEC_TYPES.some((type) => type === domain)) ? [domain] : [],
		);
	return [...new Set(domains.length > 0 ? domains : row.domain ? [row.domain] : [])];
}

/** A question that was read is of a type that could be adopted. */
function typeOf({ row, question }: ReadQuestion) {
	const adoption = adoptionOf(question.type);
	if (!adoption) throw new Error(`Question ${row.id} is of a type that the existing product does not have.`);
	return adoption;
}

/** E, A and C name interests and traits alike; the other letters of the same module tell which, or its place. */
function lettersOf(questions: readonly ReadQuestion[], module: Module | undefined): Letters {
	const domains = new Set(questions.flatMap(domainsOf));
	const isInterests = ["R", "I", "S"].some((letter) => domains.has(letter));
	const isTraits = ["O", "N"].some((letter) => domains.has(letter));
	if (isInterests !== isTraits) return isInterests ? "interests" : "traits";
	if (isInterests) return null;
	return module === "riasec" ? "interests" : module === "bigfive" ? "traits" : null;
}

function nameOf(domain: string, letters: Letters): Named | null {
	const type = RIASEC_TYPES.find((one) => one === domain);
	if (type && letters === "interests") {
		return {
			key: `interest-${type.toLowerCase()}`,
			name: INTERESTS[type],
			kind: "riasec",
			riasec_type: type,
			group: "interests",
		};
	}
	const trait = letters === "traits" ? TRAITS[domain] : undefined;
	if (trait) return { key: `trait-${domain.toLowerCase()}`, name: trait, kind: "trait", group: "traits" };
	const key = domain
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "");
	if (key.length < 2) return null;
	const name = domain.replaceAll("_", " ");
	return { key, name: { en: name.charAt(0).toUpperCase() + name.slice(1) }, kind: "scale", group: "scales" };
}
