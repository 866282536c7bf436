import {
	itemRange,
	type LocalizedText,
	RIASEC_TYPES,
	type Scale,
	type ScaleItem,
	Scoring,
} from "@carhythm/core";
import { readBoth } from "./content-options.ts";
import { type Findings, noFindings, type ReadChapter, type ReadQuestion } from "./content-rows.ts";

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

/**
 * The scoring key that the rows hold, as far as it can be said here: means of sliders and of single choices, scale by scale.
 * A scale of which any part cannot be said (several choices, rankings, options of several domains, items of different
 * ranges) is left out rather than scored from the rest, and what was never scored here is not claimed. Null when nothing is left.
 */
export function readScoring(chapters: readonly ReadChapter[], findings: Findings): Scoring | null {
	const scales = new Map<string, { named: Named; items: ScaleItem[]; questions: ReadQuestion[] }>();
	const unsayable = new Set<string>();
	for (const { questions } of chapters) {
		const letters = lettersOf(questions);
		for (const read of questions) {
			for (const domain of domainsOf(read)) {
				const named = nameOf(domain, letters);
				const item = named && itemOf(read, domain);
				if (!named || !item) {
					unsayable.add(named?.key ?? domain);
					continue;
				}
				const scale = scales.get(named.key) ?? { named, items: [], questions: [] };
				scale.items.push(item);
				scale.questions.push(read);
				scales.set(named.key, scale);
			}
		}
	}
	const kept = [...scales.values()].filter(({ named, items, questions }) => {
		if (!unsayable.has(named.key) && haveOneRange(items, questions)) return true;
		unsayable.add(named.key);
		return false;
	});
	if (unsayable.size > 0) {
		findings.notes.push(
			`scoring: ${[...unsayable].join(", ")} cannot be scored by one rule here and get no score; stored profiles are served as they are`,
		);
	}
	if (kept.length === 0) return null;
	const groups = [...new Set(kept.map(({ named }) => named.group))];
	return Scoring.parse({
		groups: groups.map((key) => ({ key, name: GROUPS[key] })),
		instruments: [],
		scales: kept.map(({ named, items }) => ({ ...named, method: "mean", items })),
	});
}

/** The domains that a question counts for; those of its options where they have their own. */
function domainsOf({ row }: ReadQuestion): string[] {
	const options = optionsOf({ row });
	const domains = options.flatMap(({ domain, score }) => (domain && score !== null ? [domain] : []));
	return [...new Set(domains.length > 0 ? domains : row.domain ? [row.domain] : [])];
}

function optionsOf({ row }: Pick<ReadQuestion, "row">) {
	if (row.question_type.toLowerCase() !== "mcq") return [];
	return readBoth(row, { en: "mcq_options", ar: "mcq_options_ar" }, noFindings()) ?? [];
}

/** E, A and C name interests and traits alike; the other letters of the same module tell which. */
function lettersOf(questions: readonly ReadQuestion[]): "interests" | "traits" | null {
	const domains = new Set(questions.flatMap(domainsOf));
	const isInterests = ["R", "I", "S"].some((letter) => domains.has(letter));
	const isTraits = ["O", "N"].some((letter) => domains.has(letter));
	if (isInterests === isTraits) return null;
	return isInterests ? "interests" : "traits";
}

function nameOf(domain: string, letters: "interests" | "traits" | null): Named | null {
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

/** Null where the answer to this question cannot be a number of this scale. */
function itemOf({ row, question }: ReadQuestion, domain: string): ScaleItem | null {
	const reverse = row.reverse_scored === 1 ? { reverse: true } : {};
	if (question.type === "slider") return { question: question.key, ...reverse };
	if (question.type !== "mcq" || question.multiple) return null;
	const options = optionsOf({ row });
	const scored = options.filter(({ score }) => score !== null);
	if (scored.length === 0 || scored.some((option) => (option.domain ?? domain) !== domain)) return null;
	const option_scores = Object.fromEntries(scored.map(({ value, score }) => [value, score ?? 0]));
	return { question: question.key, ...reverse, option_scores };
}

function haveOneRange(items: readonly ScaleItem[], questions: readonly ReadQuestion[]): boolean {
	const ranges = items.map((item, n) => {
		const question = questions[n]?.question;
		const range = question ? itemRange(question, item) : null;
		return range && range.min < range.max ? `${range.min} to ${range.max}` : null;
	});
	return ranges[0] !== null && new Set(ranges).size === 1;
}
