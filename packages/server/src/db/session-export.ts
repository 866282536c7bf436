import type { Answer, Instant } from "@carhythm/core";
import { type Kysely, sql } from "kysely";
import type { Database } from "./dialect.ts";
import { type ExpiryClock, type ShownStatus, shownStatus } from "./expiry.ts";
import type { Schema } from "./schema.ts";
import { personOf, selectShown } from "./session-admin.ts";
import { answerOfRow } from "./session-rows.ts";
import type { AssessmentStore, AssessmentVersion, Person } from "./store.ts";

/** A standing answer with the event that gave it; an answer from before this program has no event. */
type ExportedAnswer = { answer: Answer; answered_at: Instant | null; revision: number | null };

/** Everything that an export tells of a session. The secret id and the placeholders are not part of it. */
export type ExportedSession = {
	display_id: string;
	status: ShownStatus;
	version: AssessmentVersion;
	language: "en" | "ar";
	started_at: Instant;
	last_activity: Instant;
	completed_at: Instant | null;
	person: Person;
	/** By question id. */
	answers: ReadonlyMap<number, ExportedAnswer>;
};

/**
 * Reads the sessions one after another, in the order in which they began, all as they were at one moment however long the
 * reading takes. Only one is held in memory.
 */
export async function exportSessions<T>(
	{ reader }: Database,
	options: ExpiryClock & { assessments: AssessmentStore; assessment: string | null },
	consume: (sessions: AsyncIterable<ExportedSession>) => Promise<T>,
): Promise<T> {
	return reader.transaction().execute((snapshot) => consume(readSessions(snapshot, options)));
}

async function* readSessions(
	snapshot: Kysely<Schema>,
	options: ExpiryClock & { assessments: AssessmentStore; assessment: string | null },
): AsyncGenerator<ExportedSession> {
	let group: Row[] = [];
	for await (const row of selectRows(snapshot, options.assessment).stream()) {
		if (group[0] && group[0].id !== row.id) {
			yield await toExported(group, options);
			group = [];
		}
		group.push(row);
	}
	if (group.length > 0) yield await toExported(group, options);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectRows>["execute"]>>[number];

/** One row for each answer of a session, and one row without an answer for a session that has none. */
function selectRows(snapshot: Kysely<Schema>, assessment: string | null) {
	return selectShown(snapshot)
		.innerJoin("assessment_versions", "assessment_versions.id", "session_details.assessment_version_id")
		.leftJoin("question_answers", "question_answers.response_id", "session_details.response_id")
		.leftJoin("session_events", (join) =>
			join.on(
				"session_events.id",
				"=",
				sql<number>`(
					select e.id from session_events e
					where e.response_id = question_answers.response_id and e.question_id = question_answers.question_id
						and e.kind = 'answer' and e.kind in ('answer', 'clear') and e.outcome = 'applied'
					order by e.at desc, e.operation_id desc limit 1)`,
			),
		)
		.select([
			"question_answers.question_id",
			"question_answers.answer_text",
			"question_answers.answer_value",
			"question_answers.answer_json",
			"session_events.at as answered_at",
			"session_events.revision",
		])
		.$if(assessment !== null, (query) => query.where("assessment_versions.assessment_key", "=", assessment))
		.orderBy("student_responses.id")
		.orderBy("question_answers.question_id");
}

async function toExported(
	rows: readonly Row[],
	options: ExpiryClock & { assessments: AssessmentStore },
): Promise<ExportedSession> {
	const [row] = rows;
	const version = row && (await options.assessments.byId(row.assessment_version_id));
	if (!version) throw new Error(`Assessment version ${row?.assessment_version_id} is missing.`);
	const answers = new Map<number, ExportedAnswer>();
	for (const { question_id, answered_at, revision, ...columns } of rows) {
		const answer = answerOfRow(columns);
		if (question_id !== null && answer) answers.set(question_id, { answer, answered_at, revision });
	}
	return {
		display_id: row.display_id,
		status: shownStatus(row, options),
		version,
		language: row.language,
		started_at: row.created_at,
		last_activity: row.last_activity,
		completed_at: row.completed_at,
		person: personOf(row),
		answers,
	};
}
