import {
	type AssessmentIndex,
	apply,
	beginSession,
	Language,
	type SessionId,
	type SessionState,
} from "@carhythm/core";
import type { Selectable } from "kysely";
import * as z from "zod/mini";
import type { Schema } from "../schema.ts";
import { adoptedAnswer, cameWithAdoption } from "../sessions/rows.ts";
import { eventOfHistoryRow } from "../writes/history-row.ts";
import { APPLY_LATE } from "../writes/late-events.ts";
import { bringsBack } from "../writes/request-events.ts";

export type EventRow = Selectable<Schema["session_events"]>;

/** What a session is replayed from. */
export type Recorded = {
	started_at: string;
	/** The present ones: what an adopted session began with as far as no event says otherwise. */
	status: SessionState["status"];
	language: Language;
	language_chosen_at: string | null;
	/** The whole history, by revision. */
	events: readonly EventRow[];
	/** The present rows of the existing table; only those without a history tell how the session began. */
	answers: readonly Selectable<Schema["question_answers"]>[];
};

/**
 * A state without its id and its half-typed text, which the history does not hold; `language` is null where
 * it is not known.
 */
export type ReplayedState = Omit<SessionState, "session_id" | "drafts" | "language"> & {
	language: Language | null;
};

/** Whether an event reached a session that had ended, whatever became of it since. */
export function cameLate({ result, outcome }: Pick<EventRow, "result" | "outcome">): boolean {
	return outcome === "late" || lateResultOf(result) !== null;
}

const LateResult = z.object({
	result: z.object({ status: z.literal("late"), code: z.string(), detail: z.string() }),
});

/** The stored reply to an event that came late; null for any other. */
export function lateResultOf(result: string): { code: string; detail: string } | null {
	const parsed = LateResult.safeParse(JSON.parse(result));
	return parsed.success ? parsed.data.result : null;
}

/** The session as it was right after its event with this revision; 0 is how it began. */
export function replay(index: AssessmentIndex, recorded: Recorded, revision: number): ReplayedState {
	const { events } = recorded;
	let state = beginning(index, recorded);
	let language = languageAtStart(recorded);
	const late: EventRow[] = [];
	for (const row of events) {
		if (row.revision > revision) break;
		if (cameWithAdoption(row, recorded.started_at)) continue;
		if (cameLate(row)) {
			late.push(row);
			continue;
		}
		state = after(index, state, row);
		if (!bringsBack(row) && row.kind !== APPLY_LATE) continue;
		// What had come late until then was applied here.
		for (const waiting of late.splice(0)) {
			if (waiting.outcome !== "late") state = after(index, state, waiting);
		}
	}
	if (state.language_chosen) language = state.language;
	const { session_id: _id, drafts: _drafts, ...rest } = state;
	return { ...rest, revision, language };
}

function after(index: AssessmentIndex, state: SessionState, row: EventRow): SessionState {
	const event = eventOfHistoryRow(row);
	// What a former version of an adopted assessment asked counts no more.
	if (!event || ("question_id" in event.body && !index.by_question.has(event.body.question_id))) return state;
	return apply(index, state, event);
}

/** With the answers of another program, if it was one that began the session. */
function beginning(index: AssessmentIndex, recorded: Recorded): SessionState {
	const { started_at, events, answers } = recorded;
	const isOurs = events.some(({ kind, value }) => kind === "start" && value !== null);
	const language = recorded.language;
	let state = beginSession({ session_id: "" as SessionId, language, started_at });
	if (isOurs) return state;
	const told = new Set(events.filter(isAnswering).map(({ question_id }) => question_id));
	for (const row of answers) {
		const record = told.has(row.question_id) ? null : adoptedAnswer(row, started_at);
		if (!record?.answer || !index.by_question.has(row.question_id)) continue;
		state = {
			...state,
			answers: { ...state.answers, [row.question_id]: record },
			answered: state.answered + 1,
			ever_answered: state.ever_answered + 1,
		};
	}
	for (const row of events) if (cameWithAdoption(row, started_at)) state = after(index, state, row);
	return { ...state, place: null, status: statusAtStart(recorded) };
}

function isAnswering({ kind, outcome }: EventRow): boolean {
	return (kind === "answer" || kind === "clear") && outcome !== "late";
}

function statusAtStart({ events, status }: Recorded): SessionState["status"] {
	const first = events.find(
		(row) => (["complete", "abandon"].includes(row.kind) && row.outcome !== "late") || bringsBack(row),
	);
	if (!first) return status;
	return first.kind === "restore" ? "user_abandoned_not_completed" : "active";
}

function languageAtStart({ events, language, language_chosen_at }: Recorded): Language | null {
	const begun = events.find(({ kind, value }) => kind === "start" && value !== null);
	const said = z.object({ language: Language }).safeParse(JSON.parse(begun?.value ?? "null"));
	if (said.success) return said.data.language;
	return language_chosen_at === null ? language : null;
}
