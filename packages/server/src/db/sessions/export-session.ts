import type { Instant, SessionExport, SessionId } from "@carhythm/core";
import { sql } from "kysely";
import { findConsents } from "../consents/consents.ts";
import type { Database, DatabaseDialect } from "../dialect.ts";
import { readProfile } from "../results/scores.ts";
import type { Tx } from "../schema.ts";
import type { AssessmentStore, AssessmentVersion } from "../store.ts";
import { loadSession } from "./load-session.ts";
import { withoutPlaceholders } from "./person.ts";
import { cameWithAdoption } from "./rows.ts";

/** By the secret id for the student, by the display id for the operator. */
export type ExportedBy = { session_id: SessionId } | { display_id: string };

/** More than a student does by hand; the oldest are left out, and counted. */
const MOST_EVENTS = 20_000;

/** Everything that is stored of one session, as it was at one moment; null for an unknown one. */
export function exportSession(
	{ reader, dialect }: Pick<Database, "reader" | "dialect">,
	assessments: AssessmentStore,
	by: ExportedBy,
	now: Instant,
): Promise<SessionExport | null> {
	return reader.transaction().execute(async (snapshot) => {
		const row = await findRow(snapshot, by);
		if (!row) return null;
		return exportRow(snapshot, dialect, assessments, row, now);
	});
}

type Row = NonNullable<Awaited<ReturnType<typeof findRow>>>;

function findRow(snapshot: Tx, by: ExportedBy) {
	return snapshot
		.selectFrom("student_responses")
		.innerJoin("session_details", "session_details.response_id", "student_responses.id")
		.leftJoin("session_holders", "session_holders.response_id", "student_responses.id")
		.select([
			"student_responses.id",
			"student_responses.session_id",
			"student_responses.email",
			"student_responses.full_name",
			"student_responses.age_group",
			"student_responses.country",
			"student_responses.origin_country",
			"student_responses.created_at",
			"student_responses.last_activity",
			"student_responses.completed_at",
			"session_details.display_id",
			"session_holders.label",
			"session_holders.since",
		])
		.$if("session_id" in by, (query) =>
			query.where("student_responses.session_id", "=", "session_id" in by ? by.session_id : ""),
		)
		.$if("display_id" in by, (query) =>
			query.where("session_details.display_id", "=", "display_id" in by ? by.display_id : ""),
		)
		.executeTakeFirst();
}

async function exportRow(
	snapshot: Tx,
	dialect: DatabaseDialect,
	assessments: AssessmentStore,
	row: Row,
	now: Instant,
): Promise<SessionExport> {
	const session = await loadSession(snapshot, dialect, assessments, row.session_id as SessionId);
	if (!session) throw new Error("A session that was just found is gone.");
	const { version, state } = session;
	const { assessment, places } = version.index;
	const { email, full_name, age_group, country, origin_country } = row;
	return {
		carhythm_session: 1,
		exported_at: now,
		session: {
			display_id: row.display_id,
			status: state.status,
			assessment: assessment.key,
			version: assessment.version,
			title: assessment.title,
			language: state.language,
			started_at: row.created_at,
			last_activity: row.last_activity,
			completed_at: row.completed_at,
			erase_at: session.erase_at,
		},
		person: withoutPlaceholders({ email, full_name, age_group, country, origin_country }),
		answers: places.flatMap(({ question }) => {
			const record = state.answers[question.id];
			if (!record?.answer) return [];
			const isAdopted = session.adopted_at !== null && record.at === state.started_at;
			const answered_at = isAdopted ? null : record.at;
			return [{ question: question.key, text: question.text, answer: record.answer, answered_at }];
		}),
		drafts: places.flatMap(({ question }) => {
			const record = state.drafts[question.id];
			if (!record?.draft) return [];
			return [{ question: question.key, text: question.text, draft: record.draft, at: record.at }];
		}),
		...(await historyOf(snapshot, version, row)),
		consents: await findConsents(snapshot, row.id),
		device: row.label === null || row.since === null ? null : { label: row.label, since: row.since },
		feedback: await feedbackOf(snapshot, row.session_id),
		result: await resultOf(snapshot, row.id),
	};
}

async function historyOf(
	snapshot: Tx,
	{ index }: AssessmentVersion,
	row: Row,
): Promise<Pick<SessionExport, "history" | "history_left_out">> {
	const ofSession = snapshot.selectFrom("session_events").where("response_id", "=", row.id);
	const { all } = await ofSession.select(sql<number>`count(*)`.as("all")).executeTakeFirstOrThrow();
	const events = await ofSession
		.select(["revision", "at", "received_at", "kind", "question_id", "value", "outcome", "fingerprint"])
		.orderBy("revision", "desc")
		.limit(MOST_EVENTS)
		.execute();
	return {
		history: events.reverse().map(({ question_id, value, fingerprint, at, ...event }) => ({
			...event,
			at: cameWithAdoption({ ...event, fingerprint }, row.created_at) ? null : at,
			question:
				question_id === null
					? null
					: (index.by_question.get(question_id)?.question.key ?? `unknown question ${question_id}`),
			value: value === null ? null : JSON.parse(value),
		})),
		history_left_out: Number(all) - events.length,
	};
}

async function feedbackOf(snapshot: Tx, session_id: string): Promise<SessionExport["feedback"]> {
	const row = await snapshot
		.selectFrom("feedbacks")
		.select(["rating", "experience_text", "would_recommend", "suggestions", "created_at"])
		.where("session_id", "=", session_id)
		.orderBy("id", "desc")
		.executeTakeFirst();
	if (!row) return null;
	return { ...row, would_recommend: row.would_recommend === null ? null : Boolean(row.would_recommend) };
}

async function resultOf(snapshot: Tx, response_id: number): Promise<SessionExport["result"]> {
	const row = await snapshot
		.selectFrom("assessment_scores")
		.select("rhythm_profile")
		.where("response_id", "=", response_id)
		.where("rhythm_profile", "is not", null)
		.orderBy("id", "desc")
		.executeTakeFirst();
	return row?.rhythm_profile ? readProfile(row.rhythm_profile) : null;
}
