import { EXPIRY_DAYS } from "../simulated-server.ts";
import {
	type AnswerContent,
	badges,
	chosenLanguage,
	conflictingAnswer,
	counts,
	currentAnswer,
	currentDraft,
	currentHolder,
	currentPlace,
	currentWrite,
	DAY,
	isExpired,
	lastActivity,
	questionsIn,
	type Stamp,
	wasEverAnswered,
} from "./history.ts";
import type { ReferenceSession } from "./reference-state.ts";

// The replies that the contract wants, derived from the histories.

export const instant = (millis: number) => new Date(millis).toISOString();

const stamp = ({ at, operation_id }: Stamp) => ({ at: instant(at), operation_id });

/** All questions in order, with their pages and modules. */
export type Questions = {
	ids: readonly number[];
	pageOf: (question_id: number) => number;
	/** The English name of the chapter, which existing clients call a module. */
	moduleOf: (question_id: number) => string;
};

export function expectedProgress(session: ReferenceSession, { ids }: Questions) {
	const { answered, ever } = counts(session);
	return {
		questions_answered: answered,
		total_questions: ids.length,
		percentage: Number(((100 * answered) / ids.length).toFixed(1)),
		total_xp: 10 * ever,
	};
}

/** Progress by module. */
export function expectedModules(session: ReferenceSession, session_id: string, questions: Questions) {
	const { percentage, total_xp } = expectedProgress(session, questions);
	const here = currentPlace(session);
	const names = [...new Set(questions.ids.map(questions.moduleOf))];
	return {
		session_id,
		modules: names.map((name) => {
			const all = questions.ids.filter((id) => questions.moduleOf(id) === name);
			const completed = all.filter((id) => currentAnswer(session, id) !== null).length;
			const status = completed === all.length ? "completed" : "in_progress";
			return { name, completed, total: all.length, status };
		}),
		total_xp,
		badges: progressBadges(counts(session)),
		current_page_id:
			here && "question_id" in here.command ? questions.pageOf(here.command.question_id) : null,
		percentage_complete: percentage,
	};
}

/** First the two badges that existing clients know, counted by current answers; then all others. */
function progressBadges({ answered, ever }: { answered: number; ever: number }): string[] {
	const known = [...(answered >= 1 ? ["first_answer"] : []), ...(answered >= 10 ? ["streak_10"] : [])];
	return [...new Set([...known, ...badges(ever)])];
}

/** The questions of a page that have an answer now. */
export function expectedAnswered(
	session: ReferenceSession,
	session_id: string,
	page_id: number,
	questions: Questions,
) {
	const there = questions.ids.filter((id) => questions.pageOf(id) === page_id);
	const answered_question_ids = there.filter((id) => currentAnswer(session, id) !== null);
	return { session_id, page_id, answered_question_ids };
}

export function expectedSummary(
	session: ReferenceSession,
	session_id: string,
	now: number,
	questions: Questions,
) {
	const here = currentPlace(session);
	return {
		session_id,
		status: session.status,
		resumable: session.status === "active" && !isExpired(session, now),
		revision: session.entries.length,
		holder: expectedHolder(session),
		current_page_id:
			here && "question_id" in here.command ? questions.pageOf(here.command.question_id) : null,
		last_activity: instant(lastActivity(session)),
		expires_at: instant(lastActivity(session) + EXPIRY_DAYS * DAY),
		progress: expectedProgress(session, questions),
		badges: badges(counts(session).ever),
	};
}

/** The snapshot without display id and assessment, which the server chooses. */
export function expectedSnapshot(
	session: ReferenceSession,
	session_id: string,
	now: number,
	questions: Questions,
) {
	const { answered, ever } = counts(session);
	const here = currentPlace(session);
	const language = chosenLanguage(session);
	const asked = questionsIn(session);
	return {
		session: {
			session_id,
			status: session.status,
			language: language?.command.kind === "move" ? language.command.language : session.language,
			language_chosen: language && stamp(language),
			started_at: instant(session.started),
			last_activity: instant(lastActivity(session)),
			revision: session.entries.length,
			place:
				here && "question_id" in here.command
					? {
							...stamp(here),
							page_id: questions.pageOf(here.command.question_id),
							question_id: here.command.question_id,
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
		// The model's operator asks for no agreement, and its students for no erasure.
		erase_at: null,
		consent: null,
		held_back: null,
		resume_at: expectedResumeAt(session, questions),
		progress: expectedProgress(session, questions),
		badges: badges(ever),
		server_time: instant(now),
	};
}

/** Where the student went; after an answer there, the next question without one, else the first such of all. */
function expectedResumeAt(session: ReferenceSession, { ids, pageOf }: Questions) {
	const isOpen = (id: number) => currentAnswer(session, id) === null;
	const here = currentPlace(session);
	const went = here && "question_id" in here.command ? here.command.question_id : undefined;
	const hasMoved = went !== undefined && currentWrite(session, went) !== here;
	const open = ids.slice(went === undefined ? 0 : ids.indexOf(went)).find(isOpen) ?? ids.find(isOpen);
	const question_id = (hasMoved ? went : open) ?? went ?? ids.at(-1) ?? 0;
	return { page_id: pageOf(question_id), question_id };
}

function expectedHolder(session: ReferenceSession) {
	const held = currentHolder(session);
	return held && { ...held, since: instant(held.since) };
}

function answerEntry(session: ReferenceSession, question_id: number): [number, AnswerRecord][] {
	const entry = currentWrite(session, question_id);
	if (!entry) return [];
	const answer = currentAnswer(session, question_id);
	const ever = wasEverAnswered(session, question_id);
	const other = conflictingAnswer(session, question_id);
	const record = { ...stamp(entry), answer, ever, revision: entry.revision };
	return [[question_id, other === undefined ? record : { ...record, other }]];
}

type AnswerRecord = {
	at: string;
	operation_id: string | null;
	answer: AnswerContent | null;
	ever: boolean;
	revision: number;
	other?: AnswerContent | null;
};

function draftEntry(session: ReferenceSession, question_id: number): [number, object][] {
	const entry = currentDraft(session, question_id);
	return entry?.command.kind === "draft"
		? [[question_id, { ...stamp(entry), draft: entry.command.draft }]]
		: [];
}

/** The history as rows of `session_events`. */
export function expectedRows(session: ReferenceSession, after: number) {
	return session.entries.slice(after).map((entry) => ({
		revision: entry.revision,
		operation_id: entry.operation_id,
		kind: entry.command.kind,
		question_id: "question_id" in entry.command ? entry.command.question_id : null,
		at: instant(entry.at),
		client_time: entry.client_time === null ? null : instant(entry.client_time),
		received_at: instant(entry.received),
		outcome: entry.outcome,
	}));
}

export function shownStatus(session: ReferenceSession, now: number) {
	return session.status === "active" && isExpired(session, now) ? "expired" : session.status;
}
