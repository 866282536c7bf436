import type { Answer, Instant } from "@carhythm/core";
import { type Kysely, sql } from "kysely";
import type { Database } from "../dialect.ts";
import { readProfile } from "../results/scores.ts";
import type { Schema } from "../schema.ts";
import { type ExpiryClock, type ShownStatus, shownStatus } from "../sessions/expiry.ts";
import { answerOfRow } from "../sessions/rows.ts";
import type { AssessmentStore, AssessmentVersion, Person } from "../store.ts";
import { personOf, selectShown } from "./session-admin.ts";

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
	/**
	 * The stored result, of this program or of the existing product; null where none is stored or it was not
	 * asked for.
	 */
	profile: Profile | null;
};

type Profile = Record<string, unknown>;

/** `assessment` null exports every assessment. */
type ExportOptions = ExpiryClock & {
	assessments: AssessmentStore;
	assessment: string | null;
	profiles: boolean;
};

/** An assessment that is not exported, with the number of its sessions. */
export type LeftOut = { assessment: string; sessions: number };

/**
 * Reads the sessions one after another, in the order in which they began, all as they were at one moment
 * however long the reading takes. Only one is held in memory.
 */
export async function exportSessions<T>(
	{ reader }: Database,
	options: ExportOptions,
	consume: (
		sessions: AsyncIterable<ExportedSession>,
		about: { leftOut: readonly LeftOut[]; adoptedProfiles: () => AsyncIterable<Profile> },
	) => Promise<T>,
): Promise<T> {
	return reader.transaction().execute(async (snapshot) => {
		const leftOut = await countLeftOut(snapshot, options.assessment);
		const adoptedProfiles = () => readAdoptedProfiles(snapshot, options.assessment);
		return consume(readSessions(snapshot, options), { leftOut, adoptedProfiles });
	});
}

/**
 * Every stored result of adopted sessions, older ones included. It must be read to its end before the
 * sessions are.
 */
async function* readAdoptedProfiles(
	snapshot: Kysely<Schema>,
	assessment: string | null,
): AsyncGenerator<Profile> {
	const rows = snapshot
		.selectFrom("session_details")
		.innerJoin("assessment_versions", "assessment_versions.id", "session_details.assessment_version_id")
		.innerJoin("assessment_scores", "assessment_scores.response_id", "session_details.response_id")
		.select("assessment_scores.rhythm_profile")
		.where("session_details.adopted_at", "is not", null)
		.where("assessment_scores.rhythm_profile", "is not", null)
		.$if(assessment !== null, (query) => query.where("assessment_versions.assessment_key", "=", assessment));
	for await (const { rhythm_profile } of rows.stream()) {
		const profile = rhythm_profile === null ? null : readProfile(rhythm_profile);
		if (profile) yield profile;
	}
}

async function countLeftOut(snapshot: Kysely<Schema>, assessment: string | null): Promise<LeftOut[]> {
	if (assessment === null) return [];
	const rows = await snapshot
		.selectFrom("session_details")
		.innerJoin("assessment_versions", "assessment_versions.id", "session_details.assessment_version_id")
		.select(["assessment_versions.assessment_key", (select) => select.fn.countAll().as("sessions")])
		.where("assessment_versions.assessment_key", "!=", assessment)
		.groupBy("assessment_versions.assessment_key")
		.orderBy("assessment_versions.assessment_key")
		.execute();
	return rows.map(({ assessment_key, sessions }) => ({
		assessment: assessment_key,
		sessions: Number(sessions),
	}));
}

async function* readSessions(
	snapshot: Kysely<Schema>,
	options: ExportOptions,
): AsyncGenerator<ExportedSession> {
	let group: Row[] = [];
	for await (const row of selectRows(snapshot, options).stream()) {
		if (group[0] && group[0].id !== row.id) {
			yield await toExported(group, options);
			group = [];
		}
		group.push(row);
	}
	if (group.length > 0) yield await toExported(group, options);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectRows>["execute"]>>[number];

/** The newest stored result, on the first of a session's rows alone: it is larger than all its answers. */
const PROFILE_ONCE = sql<string | null>`
	case when question_answers.question_id is null or question_answers.question_id = (
		select min(a.question_id) from question_answers a where a.response_id = question_answers.response_id)
	then (
		select s.rhythm_profile from assessment_scores s
		where s.response_id = session_details.response_id and s.rhythm_profile is not null
		order by s.id desc limit 1)
	end`;

/** One row for each answer of a session, and one row without an answer for a session that has none. */
function selectRows(snapshot: Kysely<Schema>, { assessment, profiles }: ExportOptions) {
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
			(profiles ? PROFILE_ONCE : sql<string | null>`null`).as("rhythm_profile"),
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
	const stored = rows.find(({ rhythm_profile }) => rhythm_profile !== null)?.rhythm_profile;
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
		profile: stored ? readProfile(stored) : null,
	};
}
