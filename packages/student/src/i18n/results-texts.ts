import { useLanguage } from "@carhythm/ui";
import { results as ar } from "./results-ar.ts";
import { results as en, type ResultsMessages } from "./results-en.ts";

const RESULTS = { en, ar };

/** The texts of the results in the present language. Both languages come with that screen. */
export function useResultsMessages(): ResultsMessages {
	return RESULTS[useLanguage()];
}

export type { ResultsMessages };
