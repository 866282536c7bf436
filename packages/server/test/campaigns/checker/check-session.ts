import { isDeepStrictEqual } from "node:util";
import { Answer } from "@carhythm/core";
import { answerOfRow } from "../../../src/db/sessions/rows.ts";
import type { JournalOperation } from "../students/journal.ts";
import type { Event, SessionRow, Stored } from "./stored-rows.ts";
import type { Verdict } from "./verdict.ts";

/** The operations that students sent, by id. */
export type Sent = ReadonlyMap<string, JournalOperation>;

/** The state of a session that its history leads to. */
type ReplayedSession = {
	status: string;
	/** The newest event of each question, by its stamp. */
	answers: Map<number, Event>;
	drafts: Map<number, Event>;
	ever: Set<number>;
	/** The newest event that moved to a question, and the newest that changed the language. */
	place: Event | null;
	language: Event | null;
	hold: Event | null;
};

/**
 * Checks that a session's stored state equals its replayed history, and that drafts are as their student sent
 * them.
 */
export function checkSession(session: SessionRow, stored: Stored, sent: Sent, verdict: Verdict): void {
	const events = stored.eventsOf.get(session.id) ?? [];
	const replayed = replayHistory(events, sent);
	const complain = (what: string) => verdict.torn.push(`${what} of a session differ from its history`);
	if (session.status !== replayed.status) complain("status");
	if (events.length !== session.revision || events.some(({ revision }, i) => revision !== i + 1)) {
		complain("revisions");
	}
	checkAnswers(session, stored, replayed, complain);
	checkDrafts(session, stored, { replayed, sent }, verdict);
	checkPlace(session, { replayed, sent }, complain);
	const holder = stored.holderOf.get(session.id);
	const held = replayed.hold && {
		...sent.get(replayed.hold.operation_id)?.holder,
		since: replayed.hold.received_at,
	};
	const { response_id: _id, ...holds } = holder ?? { response_id: 0 };
	if (!isDeepStrictEqual(holder ? holds : null, held)) complain("holder");
}

function replayHistory(events: readonly Event[], sent: Sent): ReplayedSession {
	const replayed: ReplayedSession = {
		status: "active",
		answers: new Map(),
		drafts: new Map(),
		ever: new Set(),
		place: null,
		language: null,
		hold: null,
	};
	for (const event of events) {
		const { kind, question_id } = event;
		if (kind === "complete") replayed.status = "completed";
		if (kind === "abandon") replayed.status = "user_abandoned_not_completed";
		if (kind === "restore") replayed.status = "active";
		// Holds are ordered by arrival.
		if (kind === "hold") replayed.hold = event;
		if (question_id === null) continue;
		if (kind === "answer") replayed.ever.add(question_id);
		if (kind === "move" && sent.get(event.operation_id)?.language) {
			replayed.language = laterEvent(event, replayed.language);
		}
		if (kind !== "draft") replayed.place = laterEvent(event, replayed.place);
		if (kind === "move") continue;
		const newest = kind === "draft" ? replayed.drafts : replayed.answers;
		newest.set(question_id, laterEvent(event, newest.get(question_id)));
	}
	return replayed;
}

function laterEvent(event: Event, other: Event | null | undefined): Event {
	if (!other || event.at > other.at) return event;
	return event.at === other.at && event.operation_id > other.operation_id ? event : other;
}

function checkAnswers(
	session: SessionRow,
	{ answersOf }: Stored,
	{ answers, ever }: ReplayedSession,
	complain: (what: string) => void,
): void {
	const current = [...answers.values()].filter(({ kind }) => kind === "answer");
	const rows = new Map((answersOf.get(session.id) ?? []).map((row) => [row.question_id, row]));
	if (session.answered !== current.length || session.ever_answered !== ever.size) complain("counters");
	if (rows.size !== current.length) complain("answers");
	for (const { question_id, value } of current) {
		const row = rows.get(question_id ?? 0);
		const expected = Answer.parse(JSON.parse(value ?? "null"));
		if (!row || !isDeepStrictEqual(answerOfRow(row), expected)) complain("answers");
	}
}

/**
 * A draft is current until its question is answered or cleared. The history has its operation id, and the
 * journal its text.
 */
function checkDrafts(
	{ id }: SessionRow,
	{ draftsOf }: Stored,
	{ replayed, sent }: { replayed: ReplayedSession; sent: Sent },
	verdict: Verdict,
): void {
	const rows = new Map((draftsOf.get(id) ?? []).map((row) => [row.question_id, row]));
	for (const [question_id, draft] of replayed.drafts) {
		if (laterEvent(draft, replayed.answers.get(question_id)) !== draft) continue;
		const row = rows.get(question_id);
		const { value, operation_id } = row ?? { value: null, operation_id: null };
		const typed = value === null ? null : Answer.parse(JSON.parse(value));
		const isThere = operation_id === draft.operation_id;
		if (!isThere || !isDeepStrictEqual(typed, sent.get(draft.operation_id)?.answer)) {
			verdict.lost.push("the newest draft is not there as it was typed");
		}
		rows.delete(question_id);
	}
	if (rows.size > 0)
		verdict.torn.push("a draft is there that was answered, or that the history does not have");
}

function checkPlace(
	session: SessionRow,
	{ replayed, sent }: { replayed: ReplayedSession; sent: Sent },
	complain: (what: string) => void,
): void {
	const { current_page_id, current_question_id, place_operation_id, language } = session;
	const moved = replayed.place && sent.get(replayed.place.operation_id);
	if (current_question_id !== (moved?.question?.id ?? null)) complain("question");
	if (current_page_id !== (moved?.question?.page_id ?? null)) complain("page");
	if (place_operation_id !== (replayed.place?.operation_id ?? null)) complain("place");
	const chosen = replayed.language?.operation_id ?? null;
	const expected = sent.get(chosen ?? session.start_operation_id ?? "")?.language;
	if (language !== expected || session.language_operation_id !== chosen) complain("language");
}
