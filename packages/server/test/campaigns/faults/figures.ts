import type { Verdict } from "../checker/verdict.ts";
import { acknowledged, acknowledgedCodes, type Journal } from "../students/journal.ts";

/** What a campaign counted, over all its rounds. */
export type Figures = {
	/** How many faults were injected. */
	rounds: number;
	/** Acknowledged operations. */
	acknowledged: number;
	/** Among them: hand-off codes made, and codes redeemed. */
	codes_made: number;
	codes_used: number;
	/** Rounds after which something acknowledged was missing. */
	rounds_with_loss: number;
	lost: number;
	torn: number;
	corrupt: number;
	/** Writes of unknown outcome that were found stored, and not. */
	present: number;
	absent: number;
	/** The first complaints, in words. */
	complaints: string[];
};

const MOST_COMPLAINTS = 20;

export function noFigures(): Figures {
	return {
		rounds: 0,
		acknowledged: 0,
		codes_made: 0,
		codes_used: 0,
		rounds_with_loss: 0,
		lost: 0,
		torn: 0,
		corrupt: 0,
		present: 0,
		absent: 0,
		complaints: [],
	};
}

/** Adds the verdict of one round. */
export function addVerdict(figures: Figures, verdict: Verdict): void {
	figures.rounds += 1;
	figures.rounds_with_loss += verdict.lost.length > 0 ? 1 : 0;
	figures.lost += verdict.lost.length;
	figures.torn += verdict.torn.length;
	figures.corrupt += verdict.corrupt.length;
	figures.present += verdict.present;
	figures.absent += verdict.absent;
	complain(figures, [...verdict.lost, ...verdict.torn, ...verdict.corrupt]);
}

/** Adds a journal's acknowledged operations, and its replies that violate the contract. */
export function addJournal(figures: Figures, journal: Journal): void {
	const { made, used } = acknowledgedCodes(journal);
	figures.acknowledged += acknowledged(journal);
	figures.codes_made += made;
	figures.codes_used += used;
	complain(figures, journal.violations);
}

function complain(figures: Figures, said: readonly string[]): void {
	figures.complaints.push(...said.slice(0, MOST_COMPLAINTS - figures.complaints.length));
}

/** The figures of a campaign that found nothing, for tests. */
export const NOTHING_WRONG = { rounds_with_loss: 0, lost: 0, torn: 0, corrupt: 0, complaints: [] };

/** Whether a campaign found nothing. */
export function isClean({ lost, torn, corrupt, complaints }: Figures): boolean {
	return lost + torn + corrupt + complaints.length === 0;
}
