import { type Language, type Occupation, parseOccupationNames, parseOccupations } from "@carhythm/core";

/**
 * The occupations that have a name in a language, with that name as their title. The data is a file of its
 * own; only a page that shows ideas fetches it.
 */
export async function fetchOccupations(language: Language): Promise<Occupation[]> {
	const occupations = parseOccupations((await import("./data/occupations.tsv?raw")).default);
	if (language === "en") return occupations;
	const names = parseOccupationNames((await import("./data/names-ar.tsv?raw")).default);
	return occupations.flatMap((occupation) => {
		const title = names.get(occupation.code);
		return title === undefined ? [] : [{ ...occupation, title }];
	});
}
