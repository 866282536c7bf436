import {
	Answer,
	type AnswerRecord,
	answersEqual,
	type Consent,
	type DraftRecord,
	type Instant,
	type OperationId,
	type QuestionTypeName,
	readStoredAnswer,
	type SessionId,
	SessionState,
	storedTypeName,
} from "@carhythm/core";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { type AnswerColumns, TYPES_WITH_COLUMN } from "../../question-types/columns.ts";
import { serverTypeOf } from "../../question-types/index.ts";
import { eraseAt } from "../erasures/requests.ts";
import type { Schema } from "../schema.ts";
import type { AssessmentStore, StoredSession } from "../store.ts";

export type Reader = Kysely<Schema> | Transaction<Schema>;

/** Stands for the write of an answer that was taken over from the existing product, which knew no operation ids. */
export const ADOPTED_OPERATION = "00000000-0000-0000-0000-000000000000" as OperationId;

/** What marks, in place of a fingerprint, the events that were made of another program's rows. */
export const ADOPTED = "adopted";

/**
 * Whether an event is an answer that another program had taken in. It stood from the beginning, whenever it
 * was entered into the history, and its time is not known: it counts from the start of the session.
 */
export function cameWithAdoption(
	{ fingerprint, received_at }: Pick<Selectable<Schema["session_events"]>, "fingerprint" | "received_at">,
	started_at: string,
): boolean {
	return fingerprint === ADOPTED && received_at === started_at;
}

const SESSION_COLUMNS = [
	"student_responses.id as response_id",
	"student_responses.session_id",
	"student_responses.status",
	"student_responses.created_at",
	"student_responses.completed_at",
	"student_responses.last_activity",
	"student_responses.current_page_id",
	"session_details.display_id",
	"session_details.assessment_version_id",
	"session_details.language",
	"session_details.language_chosen_at",
	"session_details.language_operation_id",
	"session_details.current_question_id",
	"session_details.place_at",
	"session_details.place_operation_id",
	"session_details.device_id",
	"session_details.device_time",
	"session_details.device_at",
	"session_details.revision",
	"session_details.answered",
	"session_details.ever_answered",
	"session_details.replaced_by",
	"session_details.abandoned_at",
	"session_details.adopted_at",
	"session_holders.device_id as holder_device_id",
	"session_holders.label as holder_label",
	"session_holders.since as holder_since",
	"session_consents.notice_version as consent_version",
	"session_consents.language as consent_language",
	"session_consents.kind as consent_kind",
	"session_consents.given_at as consent_at",
	"session_consents.withdrawn_at as consent_withdrawn_at",
] as const;

/** The one query behind every reading of sessions: the existing row with what we know beside it. */
export function selectSessions(db: Reader) {
	return db
		.selectFrom("student_responses")
		.innerJoin("session_details", "session_details.response_id", "student_responses.id")
		.leftJoin("session_holders", "session_holders.response_id", "student_responses.id")
		.leftJoin("session_consents", (join) =>
			join.on(
				"session_consents.id",
				"=",
				sql<number>`(
					select max(c.id) from session_consents c where c.response_id = student_responses.id
				)`,
			),
		)
		.select(SESSION_COLUMNS)
		.select(eraseAt.as("erase_at"))
		.select((select) =>
			select
				.selectFrom("database_incarnations")
				.select("incarnation")
				.orderBy("id", "desc")
				// A bound value would come before the id in the parameters of `sessionFinder`.
				.limit(sql.lit(1))
				.as("incarnation"),
		);
}

export type SessionRow = Awaited<ReturnType<ReturnType<typeof selectSessions>["execute"]>>[number];

/**
 * A row as a session whose `answers` and `drafts` are not loaded. The row is parsed: a broken one is an
 * error, not a guess.
 */
export async function toStoredSession(row: SessionRow, assessments: AssessmentStore): Promise<StoredSession> {
	const version = await assessments.byId(row.assessment_version_id);
	if (!version) throw new Error(`Assessment version ${row.assessment_version_id} is missing.`);
	const { place_at, place_operation_id, language_chosen_at, language_operation_id } = row;
	const state = SessionState.parse({
		session_id: row.session_id,
		status: row.status,
		language: row.language,
		language_chosen:
			language_chosen_at && language_operation_id
				? { at: language_chosen_at, operation_id: language_operation_id }
				: null,
		started_at: row.created_at,
		last_activity: row.last_activity,
		revision: row.revision,
		place: place_at
			? {
					at: place_at,
					operation_id: place_operation_id ?? ADOPTED_OPERATION,
					page_id: row.current_page_id,
					question_id: row.current_question_id,
				}
			: null,
		holder:
			row.holder_device_id === null
				? null
				: { device_id: row.holder_device_id, label: row.holder_label, since: row.holder_since },
		answers: {},
		drafts: {},
		answered: row.answered,
		ever_answered: row.ever_answered,
	});
	return {
		response_id: row.response_id,
		display_id: row.display_id,
		incarnation: row.incarnation,
		version,
		state,
		device:
			row.device_id && row.device_time && row.device_at
				? { device_id: row.device_id, client_time: row.device_time, at: row.device_at }
				: null,
		completed_at: row.completed_at,
		abandoned_at: row.abandoned_at,
		adopted_at: row.adopted_at,
		erase_at: row.erase_at,
		consent: consentOf(row),
	};
}

function consentOf(row: SessionRow): Consent | null {
	const { consent_version, consent_language, consent_kind, consent_at, consent_withdrawn_at } = row;
	if (consent_version === null || !consent_language || !consent_kind || !consent_at) return null;
	return {
		version: consent_version,
		language: consent_language,
		kind: consent_kind,
		at: consent_at,
		withdrawn_at: consent_withdrawn_at,
	};
}

/**
 * The cast keeps SQLite from planning the join anew each time a value is bound, which costs ten times the
 * query itself.
 */
export function asText(value: string) {
	return sql<string>`cast(${value} as text)`;
}

/** Finds one session by its id. Made once for each database: building a query costs more than running this one. */
export function sessionFinder(
	db: Kysely<Schema>,
	assessments: AssessmentStore,
): (session_id: SessionId) => Promise<StoredSession | null> {
	const query = selectSessions(db).where("student_responses.session_id", "=", asText("")).compile();
	return async (session_id) => {
		const { rows } = await db.executeQuery<SessionRow>({ ...query, parameters: [session_id] });
		return rows[0] ? toStoredSession(rows[0], assessments) : null;
	};
}

/** The columns of a history row that decide what the standing answer is. */
export type HistoryRow = Pick<
	Selectable<Schema["session_events"]>,
	"question_id" | "operation_id" | "kind" | "value" | "at" | "revision"
>;

/**
 * The standing answers among history rows of one session: for each question the latest, ties broken by
 * operation id.
 */
export function currentAnswers(history: readonly HistoryRow[]): Record<string, AnswerRecord> {
	const latest = new Map<number, HistoryRow>();
	const ever = new Set<number>();
	for (const row of history) {
		if (row.question_id === null) continue;
		if (row.kind === "answer") ever.add(row.question_id);
		const other = latest.get(row.question_id);
		if (!other || row.at > other.at || (row.at === other.at && row.operation_id > other.operation_id)) {
			latest.set(row.question_id, row);
		}
	}
	const answers: Record<string, AnswerRecord> = {};
	for (const [question_id, row] of latest) {
		answers[question_id] = {
			at: row.at,
			operation_id: row.operation_id as OperationId,
			answer: answerOfEvent(row),
			ever: ever.has(question_id),
			revision: row.revision,
		};
	}
	return answers;
}

export function answerOfEvent({ kind, value }: Pick<HistoryRow, "kind" | "value">): Answer | null {
	return kind === "answer" && value ? readStoredAnswer(JSON.parse(value)) : null;
}

/** Whether two answers, or none, are the same to the student. */
export function nullableAnswersEqual(a: Answer | null, b: Answer | null): boolean {
	return a && b ? answersEqual(a, b) : a === b;
}

type AnswerRow = Selectable<Schema["question_answers"]>;

/**
 * The answer of a row of the existing table; null when the row says nothing, or nothing that can be read.
 * @throws Error for an answer of a type that this version does not know: it is never read as one of another type
 */
export function answerOfRow(row: AnswerColumns): Answer | null {
	if (row.answer_value !== null) return { type: "slider", value: row.answer_value };
	if (row.answer_json !== null) {
		const json = parsed(row.answer_json);
		if (typeof json !== "object" || json === null) return null;
		const type = jsonTypeOf(json);
		const answer = Answer.safeParse({ ...json, type });
		return answer.success ? answer.data : null;
	}
	return row.answer_text === null ? null : { type: "essay", text: row.answer_text };
}

/** Programs before phase 1 knew these two alone, and stored their lists without the name of the type. */
function jsonTypeOf(json: object): QuestionTypeName {
	const named = "question_type" in json ? json.question_type : null;
	if (typeof named !== "string") return "ordered_items" in json ? "ordering" : "mcq";
	const type = storedTypeName(named);
	if (!(type in TYPES_WITH_COLUMN)) return type;
	throw new Error(
		`A stored answer in answer_json is of the type "${type}", whose answers are never stored there.`,
	);
}

/** What another program wrote may be no JSON at all. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** The three columns of the existing table that hold an answer, filled as that product fills them. */
export function answerColumns(answer: Answer): AnswerColumns {
	const empty = { answer_text: null, answer_value: null, answer_json: null };
	const column = serverTypeOf(answer).answerColumn(answer);
	return "answer_json" in column
		? { ...empty, answer_json: JSON.stringify({ ...column.answer_json, question_type: answer.type }) }
		: { ...empty, ...column };
}

/**
 * An answer that was there before this program: it counts as given when the session began, before everything
 * else.
 */
export function adoptedAnswer(row: AnswerRow, started_at: Instant): AnswerRecord | null {
	const answer = answerOfRow(row);
	return answer && { at: started_at, operation_id: ADOPTED_OPERATION, answer, ever: true, revision: 0 };
}

/** A stored draft. */
export function draftOfRow(row: Selectable<Schema["session_drafts"]>): DraftRecord {
	return {
		at: row.at,
		operation_id: row.operation_id as OperationId,
		draft: row.value === null ? null : readStoredAnswer(JSON.parse(row.value)),
	};
}
