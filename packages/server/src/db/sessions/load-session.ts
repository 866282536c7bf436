import { type AnswerRecord, OperationId, type SessionId } from "@carhythm/core";
import { sql } from "kysely";
import * as z from "zod/mini";
import type { DatabaseDialect } from "../dialect.ts";
import type { AssessmentStore, StoredSession } from "../store.ts";
import { NEWEST_COLUMNS, selectNewest, TOUCHED } from "./newest-events.ts";
import {
	adoptedAnswer,
	answerOfEvent,
	asText,
	currentAnswers,
	draftOfRow,
	type HistoryRow,
	nullableAnswersEqual,
	type Reader,
	selectSessions,
	toStoredSession,
} from "./rows.ts";

type NewestRow = HistoryRow & { result: string; outcome: "applied" | "superseded" | "late" };

/**
 * The session with every answer and draft, in a fixed number of queries. How many rows they read depends on
 * the questions and not on the history: a client may answer one question a hundred thousand times.
 */
export async function loadSession(
	db: Reader,
	dialect: Pick<DatabaseDialect, "rows">,
	assessments: AssessmentStore,
	session_id: SessionId,
): Promise<StoredSession | null> {
	const row = await selectSessions(db)
		.where("student_responses.session_id", "=", asText(session_id))
		.executeTakeFirst();
	if (!row) return null;
	const { response_id } = row;
	const session = await toStoredSession(row, assessments);
	const adopted = session.adopted_at ? await adoptedRows(db, response_id) : [];
	const questions = new Set(session.version.index.by_question.keys());
	// Another program's content may have lost questions that its students had answered.
	for (const { question_id } of adopted) questions.add(question_id);
	const wanted = Array.from(questions, (question_id) => ({ response_id, question_id }));
	const { rows: newest } = await selectNewest<NewestRow>(
		dialect.rows(TOUCHED, wanted),
		NEWEST_AND_RESULT,
	).execute(db);

	const answers: Record<string, AnswerRecord> = {};
	for (const found of adopted) {
		const record = adoptedAnswer(found, session.state.started_at);
		if (record) answers[found.question_id] = record;
	}
	Object.assign(answers, await withOthers(db, response_id, currentAnswers(newest), newest));
	const drafts = await db
		.selectFrom("session_drafts")
		.selectAll()
		.where("response_id", "=", response_id)
		.execute();
	return {
		...session,
		state: {
			...session.state,
			answers,
			drafts: Object.fromEntries(drafts.map((draft) => [draft.question_id, draftOfRow(draft)])),
		},
	};
}

const NEWEST_AND_RESULT = sql`${NEWEST_COLUMNS}, e.result, e.outcome`;

function adoptedRows(db: Reader, response_id: number) {
	return db.selectFrom("question_answers").selectAll().where("response_id", "=", response_id).execute();
}

/** The part of a stored result that names the answer which was not seen; on top where a restore found it. */
const WithConflict = z.object({
	conflict: z.optional(OperationId),
	result: z.object({ conflict: z.optional(OperationId) }),
});

/**
 * The standing answers, each with the one that does not stand where two devices answered without seeing the
 * other's: as long as nothing came after that.
 */
async function withOthers(
	db: Reader,
	response_id: number,
	standing: Record<string, AnswerRecord>,
	events: readonly NewestRow[],
): Promise<Record<string, AnswerRecord>> {
	const last = new Map<number | null, NewestRow>();
	for (const row of events) {
		const stands = row.question_id !== null && standing[row.question_id]?.operation_id === row.operation_id;
		// What was applied and stands no more was replaced by the one that does, also where that one came
		// first, late, and was applied last.
		if (!stands && row.outcome !== "superseded") continue;
		if (row.revision > (last.get(row.question_id)?.revision ?? 0)) last.set(row.question_id, row);
	}
	const conflicts: { record: AnswerRecord; row: NewestRow; unseen: OperationId }[] = [];
	for (const [question_id, row] of last) {
		const record = question_id === null ? undefined : standing[question_id];
		if (!record || !row.result.includes('"conflict"')) continue;
		const told = WithConflict.safeParse(JSON.parse(row.result));
		const unseen = told.data?.conflict ?? told.data?.result.conflict;
		if (unseen) conflicts.push({ record, row, unseen });
	}
	const named = await eventsByOperation(
		db,
		response_id,
		conflicts.map(({ unseen }) => unseen),
	);
	for (const { record, row, unseen } of conflicts) {
		const isBeaten = record.operation_id !== row.operation_id;
		const other = isBeaten ? row : named.get(unseen);
		const answer = other && answerOfEvent(other);
		if (answer !== undefined && !nullableAnswersEqual(answer, record.answer)) record.other = answer;
	}
	return standing;
}

async function eventsByOperation(db: Reader, response_id: number, operation_ids: readonly OperationId[]) {
	if (operation_ids.length === 0) return new Map<string, Pick<HistoryRow, "kind" | "value">>();
	const rows = await db
		.selectFrom("session_events")
		.select(["operation_id", "kind", "value"])
		.where("response_id", "=", response_id)
		.where("operation_id", "in", operation_ids)
		.where("kind", "in", ["answer", "clear"])
		.where("outcome", "!=", "late")
		.execute();
	return new Map(rows.map((row) => [row.operation_id, row]));
}
