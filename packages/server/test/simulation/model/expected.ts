import { EXPIRY_DAYS } from "../simulated-server.ts";
import {
	badges,
	type Content,
	chosenLanguage,
	counts,
	DAY,
	holder,
	isExpired,
	lastActivity,
	otherAnswer,
	place,
	questionsIn,
	type Stamp,
	standing,
	standingAnswer,
	standingDraft,
	wasEverAnswered,
} from "./history.ts";
import type { RefSession } from "./reference.ts";

// What the server should reply, worked out from the histories.

export const instant = (millis: number) => new Date(millis).toISOString();

const stamp = ({ at, operation_id }: Stamp) => ({ at: instant(at), operation_id });

/** All questions in their order, with where each of them stands. */
export type Questions = {
	ids: readonly number[];
	pageOf: (question_id: number) => number;
	/** The English name of its chapter, which the existing front end calls a module. */
	moduleOf: (question_id: number) => string;
};

export function expectedProgress(session: RefSession, { ids }: Questions) {
	const { answered, ever } = counts(session);
	return {
		questions_answered: answered,
		total_questions: ids.length,
		percentage: Number(((100 * answered) / ids.length).toFixed(1)),
		total_xp: 10 * ever,
	};
}

/** Progress by module. */
export function expectedModules(session: RefSession, session_id: string, questions: Questions) {
	const { percentage, total_xp } = expectedProgress(session, questions);
	const here = place(session);
	const names = [...new Set(questions.ids.map(questions.moduleOf))];
	return {
		session_id,
		modules: names.map((name) => {
			const all = questions.ids.filter((id) => questions.moduleOf(id) === name);
			const completed = all.filter((id) => standingAnswer(session, id) !== null).length;
			const status = completed === all.length ? "completed" : "in_progress";
			return { name, completed, total: all.length, status };
		}),
		total_xp,
		badges: progressBadges(counts(session)),
		current_page_id: here && "question_id" in here.deed ? questions.pageOf(here.deed.question_id) : null,
		percentage_complete: percentage,
	};
}

/** The two that existing clients know, by the answers that stand; then all others. */
function progressBadges({ answered, ever }: { answered: number; ever: number }): string[] {
	const known = [...(answered >= 1 ? ["first_answer"] : []), ...(answered >= 10 ? ["streak_10"] : [])];
	return [...new Set([...known, ...badges(ever)])];
}

/** The questions of a page that have an answer now. */
export function expectedAnswered(
	session: RefSession,
	session_id: string,
	page_id: number,
	questions: Questions,
) {
	const there = questions.ids.filter((id) => questions.pageOf(id) === page_id);
	const answered_question_ids = there.filter((id) => standingAnswer(session, id) !== null);
	return { session_id, page_id, answered_question_ids };
}

export function expectedSummary(session: RefSession, session_id: string, now: number, questions: Questions) {
	const here = place(session);
	return {
		session_id,
		status: session.status,
		resumable: session.status === "active" && !isExpired(session, now),
		revision: session.lines.length,
		holder: expectedHolder(session),
		current_page_id: here && "question_id" in here.deed ? questions.pageOf(here.deed.question_id) : null,
		last_activity: instant(lastActivity(session)),
		expires_at: instant(lastActivity(session) + EXPIRY_DAYS * DAY),
		progress: expectedProgress(session, questions),
		badges: badges(counts(session).ever),
	};
}

/** The snapshot without what is the server's own choice: display id and assessment. */
export function expectedSnapshot(session: RefSession, session_id: string, now: number, questions: Questions) {
	const { answered, ever } = counts(session);
	const here = place(session);
	const language = chosenLanguage(session);
	const asked = questionsIn(session);
	return {
		session: {
			session_id,
			status: session.status,
			language: language?.deed.kind === "move" ? language.deed.language : session.language,
			language_chosen: language && stamp(language),
			started_at: instant(session.started),
			last_activity: instant(lastActivity(session)),
			revision: session.lines.length,
			place:
				here && "question_id" in here.deed
					? {
							...stamp(here),
							page_id: questions.pageOf(here.deed.question_id),
							question_id: here.deed.question_id,
						}
					: null,
			holder: expectedHolder(session),
			answers: Object.fromEntries(asked.flatMap((id) => answerEntry(session, id))),
			drafts: Object.fromEntries(asked.flatMap((id) => draftEntry(session, id))),
			answered,
			ever_answered: ever,
		},
		resumable: session.status === "active" && !isExpired(session, now),
		expired: isExpired(session, now),
		expires_at: instant(lastActivity(session) + EXPIRY_DAYS * DAY),
		restorable_until: session.abandoned === null ? null : instant(session.abandoned + 7 * DAY),
		progress: expectedProgress(session, questions),
		badges: badges(ever),
		server_time: instant(now),
	};
}

function expectedHolder(session: RefSession) {
	const held = holder(session);
	return held && { ...held, since: instant(held.since) };
}

function answerEntry(session: RefSession, question_id: number): [number, AnswerRecord][] {
	const line = standing(session, question_id);
	if (!line) return [];
	const answer = standingAnswer(session, question_id);
	const ever = wasEverAnswered(session, question_id);
	const other = otherAnswer(session, question_id);
	const record = { ...stamp(line), answer, ever, revision: line.revision };
	return [[question_id, other === undefined ? record : { ...record, other }]];
}

type AnswerRecord = {
	at: string;
	operation_id: string | null;
	answer: Content | null;
	ever: boolean;
	revision: number;
	other?: Content | null;
};

function draftEntry(session: RefSession, question_id: number): [number, object][] {
	const line = standingDraft(session, question_id);
	return line?.deed.kind === "draft" ? [[question_id, { ...stamp(line), draft: line.deed.draft }]] : [];
}

/** The history as the table holds it. */
export function expectedRows(session: RefSession, after: number) {
	return session.lines.slice(after).map((line) => ({
		revision: line.revision,
		operation_id: line.operation_id,
		kind: line.deed.kind,
		question_id: "question_id" in line.deed ? line.deed.question_id : null,
		at: instant(line.at),
		client_time: line.client_time === null ? null : instant(line.client_time),
		received_at: instant(line.received),
		outcome: line.outcome,
	}));
}

export function shownStatus(session: RefSession, now: number) {
	return session.status === "active" && isExpired(session, now) ? "expired" : session.status;
}
