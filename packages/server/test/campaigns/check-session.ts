import { isDeepStrictEqual } from "node:util";
import { Answer } from "@carhythm/core";
import { answerOfRow } from "../../src/db/sessions/rows.ts";
import type { JournalOperation } from "./journal.ts";
import type { Event, SessionRow, Stored } from "./stored.ts";
import type { Verdict } from "./verdict.ts";

/** What students sent, by operation. */
export type Sent = ReadonlyMap<string, JournalOperation>;

/** What the history of a session comes to. */
type Told = {
	status: string;
	/** The newest of each question, by its stamp. */
	answers: Map<number, Event>;
	drafts: Map<number, Event>;
	ever: Set<number>;
	/** The newest that went to a question, and the newest that changed the language. */
	place: Event | null;
	language: Event | null;
	hold: Event | null;
};

/** The present state of a session is what its history says, and what was typed is there as its student sent it. */
export function checkSession(session: SessionRow, stored: Stored, sent: Sent, verdict: Verdict): void {
	const events = stored.eventsOf.get(session.id) ?? [];
	const told = tell(events, sent);
	const complain = (what: string) => verdict.torn.push(`${what} of a session differ from its history`);
	if (session.status !== told.status) complain("status");
	if (events.length !== session.revision || events.some(({ revision }, i) => revision !== i + 1)) {
		complain("revisions");
	}
	checkAnswers(session, stored, told, complain);
	checkDrafts(session, stored, { told, sent }, verdict);
	checkPlace(session, { told, sent }, complain);
	const holder = stored.holderOf.get(session.id);
	const held = told.hold && { ...sent.get(told.hold.operation_id)?.holder, since: told.hold.received_at };
	const { response_id: _id, ...holds } = holder ?? { response_id: 0 };
	if (!isDeepStrictEqual(holder ? holds : null, held)) complain("holder");
}

function tell(events: readonly Event[], sent: Sent): Told {
	const told: Told = {
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
		if (kind === "complete") told.status = "completed";
		if (kind === "abandon") told.status = "user_abandoned_not_completed";
		if (kind === "restore") told.status = "active";
		// The server orders them.
		if (kind === "hold") told.hold = event;
		if (question_id === null) continue;
		if (kind === "answer") told.ever.add(question_id);
		if (kind === "move" && sent.get(event.operation_id)?.language) {
			told.language = laterOf(event, told.language);
		}
		if (kind !== "draft") told.place = laterOf(event, told.place);
		if (kind === "move") continue;
		const newest = kind === "draft" ? told.drafts : told.answers;
		newest.set(question_id, laterOf(event, newest.get(question_id)));
	}
	return told;
}

function laterOf(event: Event, other: Event | null | undefined): Event {
	if (!other || event.at > other.at) return event;
	return event.at === other.at && event.operation_id > other.operation_id ? event : other;
}

function checkAnswers(
	session: SessionRow,
	{ answersOf }: Stored,
	{ answers, ever }: Told,
	complain: (what: string) => void,
): void {
	const standing = [...answers.values()].filter(({ kind }) => kind === "answer");
	const rows = new Map((answersOf.get(session.id) ?? []).map((row) => [row.question_id, row]));
	if (session.answered !== standing.length || session.ever_answered !== ever.size) complain("counters");
	if (rows.size !== standing.length) complain("answers");
	for (const { question_id, value } of standing) {
		const row = rows.get(question_id ?? 0);
		const said = Answer.parse(JSON.parse(value ?? "null"));
		if (!row || !isDeepStrictEqual(answerOfRow(row), said)) complain("answers");
	}
}

/**
 * Half-typed text stands until its question is answered or cleared. The history says that it came, the
 * student what it was.
 */
function checkDrafts(
	{ id }: SessionRow,
	{ draftsOf }: Stored,
	{ told, sent }: { told: Told; sent: Sent },
	verdict: Verdict,
): void {
	const rows = new Map((draftsOf.get(id) ?? []).map((row) => [row.question_id, row]));
	for (const [question_id, draft] of told.drafts) {
		if (laterOf(draft, told.answers.get(question_id)) !== draft) continue;
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
		verdict.torn.push("a draft is there that was settled, or that the history does not know");
}

function checkPlace(
	session: SessionRow,
	{ told, sent }: { told: Told; sent: Sent },
	complain: (what: string) => void,
): void {
	const { current_page_id, current_question_id, place_operation_id, language } = session;
	const went = told.place && sent.get(told.place.operation_id);
	if (current_question_id !== (went?.question?.id ?? null)) complain("question");
	if (current_page_id !== (went?.question?.page_id ?? null)) complain("page");
	if (place_operation_id !== (told.place?.operation_id ?? null)) complain("place");
	const chosen = told.language?.operation_id ?? null;
	const said = sent.get(chosen ?? session.start_operation_id ?? "")?.language;
	if (language !== said || session.language_operation_id !== chosen) complain("language");
}
