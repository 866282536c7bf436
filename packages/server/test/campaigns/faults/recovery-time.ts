import type { Journal } from "../students/journal.ts";
import { waitForReplies } from "../students/student.ts";
import { type Figures, noFigures } from "./figures.ts";

export const RECOVERY_LIMIT_MS = 10_000;

export type RecoveryFigures = Figures & {
	/** The longest time between a writable database and the next acknowledged write. */
	longest_recovery_ms: number;
};

export function noRecoveryFigures(): RecoveryFigures {
	return { ...noFigures(), longest_recovery_ms: 0 };
}

/** Measures how long the server takes to acknowledge a write, now that its database is writable again. */
export async function measureRecovery(figures: RecoveryFigures, journal: Journal): Promise<void> {
	const began = performance.now();
	const hasRecovered = await waitForReplies(journal, 1, RECOVERY_LIMIT_MS);
	const recovery_ms = hasRecovered ? Math.round(performance.now() - began) : Number.POSITIVE_INFINITY;
	if (!hasRecovered) journal.violations.push("The server did not recover within ten seconds.");
	figures.longest_recovery_ms = Math.max(figures.longest_recovery_ms, recovery_ms);
}
