import * as z from "#schema";

/** XP for each distinct question ever answered. Changing an answer gains 0; clearing one takes nothing back. */
const XP_PER_QUESTION = 10;

/** How far a session is, as every reply reports it. */
export const Progress = z.object({
	questions_answered: z.int(),
	total_questions: z.int(),
	/** 100 × answered ÷ total, one decimal. */
	percentage: z.number(),
});
export type Progress = z.infer<typeof Progress>;

/** Progress with the XP of the session. */
export const ProgressWithXp = z.extend(Progress, { total_xp: z.int() });

/** Progress from two counts. */
export function progressOf(questions_answered: number, total_questions: number): Progress {
	return { questions_answered, total_questions, percentage: percentage(questions_answered, total_questions) };
}

/** 100 × answered ÷ total, rounded half up to one decimal; 0 for an assessment without questions. */
export function percentage(answered: number, total: number): number {
	return total === 0 ? 0 : Math.round((1000 * answered) / total) / 10;
}

/** XP of a session that ever answered that many distinct questions. */
export function xpFor(ever_answered: number): number {
	return ever_answered * XP_PER_QUESTION;
}

/**
 * The badges of a session that ever answered that many distinct questions: `first_answer`, then `milestone_10`,
 * `milestone_20`, …, in the order in which they were reached.
 */
export function badgesFor(ever_answered: number): string[] {
	const badges = ever_answered >= 1 ? ["first_answer"] : [];
	for (let reached = 10; reached <= ever_answered; reached += 10) badges.push(`milestone_${reached}`);
	return badges;
}

/** The badges that the step from `before` to `after` distinct answered questions unlocks. */
export function badgesBetween(before: number, after: number): string[] {
	return badgesFor(after).slice(badgesFor(before).length);
}

/**
 * The badges as `GET /session/{id}/progress` names them for existing clients, which know `first_answer` and
 * `streak_10`; the later ones follow.
 */
export function progressBadges(answered: number, ever_answered: number): string[] {
	const known = [...(answered >= 1 ? ["first_answer"] : []), ...(answered >= 10 ? ["streak_10"] : [])];
	return [...known, ...badgesFor(ever_answered).filter((badge) => !known.includes(badge))];
}
