import { type Figures, noFigures } from "./figures.ts";
import type { Journal } from "./journal.ts";
import { untilReplies } from "./students.ts";

export const HEALING_LIMIT_MS = 10_000;

export type HealingFigures = Figures & {
	/** From the moment in which a database could be written to again to the next acknowledged write. */
	longest_healing_ms: number;
};

export function noHealing(): HealingFigures {
	return { ...noFigures(), longest_healing_ms: 0 };
}

/** Now that there is a database that takes writes, the server has ten seconds to acknowledge one. */
export async function healAgain(figures: HealingFigures, journal: Journal): Promise<void> {
	const began = performance.now();
	const hasHealed = await untilReplies(journal, 1, HEALING_LIMIT_MS);
	const healing_ms = hasHealed ? Math.round(performance.now() - began) : Number.POSITIVE_INFINITY;
	if (!hasHealed) journal.wrong.push("The server did not heal within ten seconds.");
	figures.longest_healing_ms = Math.max(figures.longest_healing_ms, healing_ms);
}
