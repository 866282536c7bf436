import type { Occupation } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useEffect, useState } from "preact/hooks";
import { fetchOccupations } from "./fetch-occupations.ts";

/** How far the occupations of the present language are. */
export type Occupations =
	| { kind: "fetching" }
	| { kind: "failed" }
	| { kind: "ready"; occupations: readonly Occupation[] };

/** Fetches the occupations; again in another language, and when the student asks. */
export function useOccupations(): { state: Occupations; retry: () => void } {
	const language = useLanguage();
	const [state, setState] = useState<Occupations>({ kind: "fetching" });
	const [tries, setTries] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: `tries` decides when to ask again.
	useEffect(() => {
		let current = true;
		const show = (next: Occupations) => {
			if (current) setState(next);
		};
		show({ kind: "fetching" });
		fetchOccupations(language).then(
			(occupations) => show({ kind: "ready", occupations }),
			() => show({ kind: "failed" }),
		);
		return () => {
			current = false;
		};
	}, [language, tries]);
	return { state, retry: () => setTries(tries + 1) };
}
