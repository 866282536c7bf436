import { acknowledged, acknowledgedCodes, type Journal } from "./journal.ts";
import type { Verdict } from "./verdict.ts";

/** What a campaign found, added up. */
export type Figures = {
	/** Kills, cuts, restarts or faults. */
	rounds: number;
	/** Operations that the server acknowledged. */
	acknowledged: number;
	/** Among them: hand-off codes that it made, and that took a session to another device. */
	codes_made: number;
	codes_used: number;
	/** Rounds after which something acknowledged was missing, and how much at most in one of them. */
	rounds_with_loss: number;
	lost: number;
	torn: number;
	corrupt: number;
	/** Writes whose outcome nobody had heard at the moment of the crash: found there, and not. */
	present: number;
	absent: number;
	/** The first few complaints, in words. */
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

/** Counts one round. */
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

/** Counts what was acknowledged, and takes over the replies that were wrong. */
export function addJournal(figures: Figures, journal: Journal): void {
	const { made, used } = acknowledgedCodes(journal);
	figures.acknowledged += acknowledged(journal);
	figures.codes_made += made;
	figures.codes_used += used;
	complain(figures, journal.wrong);
}

function complain(figures: Figures, said: readonly string[]): void {
	figures.complaints.push(...said.slice(0, MOST_COMPLAINTS - figures.complaints.length));
}

/** What figures say when all is well, for tests. */
export const NOTHING_WRONG = { rounds_with_loss: 0, lost: 0, torn: 0, corrupt: 0, complaints: [] };

/** Whether a campaign found nothing. */
export function isClean({ lost, torn, corrupt, complaints }: Figures): boolean {
	return lost + torn + corrupt + complaints.length === 0;
}
