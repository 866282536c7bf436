import {
	type Answer,
	type Instant,
	type Language,
	type Progress,
	progressOf,
	type SessionStatus,
	xpFor,
} from "@carhythm/core";
import type { Transaction } from "kysely";
import type { Database } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import { cameWithAdoption } from "../sessions/rows.ts";
import type { AssessmentStore, AssessmentVersion } from "../store.ts";
import { cameLate, lateResultOf, type Recorded, replay } from "./replay.ts";
import type { ShownEvent } from "./session-admin.ts";

/**
 * A session as it was right after one of its events, as an operator may see it. Half-typed text is not kept
 * of the past.
 */
export type PastSession = {
	display_id: string;
	revision: number;
	newest_revision: number;
	/** When the server took in the event; null for revision 0, how the session began. */
	received_at: Instant | null;
	status: SessionStatus;
	/** Null where a session of another program changed its language since. */
	language: Language | null;
	/** The keys of the page and question where the student was. */
	place: { page: string | null; question: string | null } | null;
	/** The device that had taken the session over, as it called itself. */
	device: string | null;
	progress: Progress;
	total_xp: number;
	/**
	 * In the order in which the questions are asked. An answer that another program had taken in has no known
	 * time (`at` null); its `revision` is 0 until it is replaced.
	 */
	answers: { question: string; answer: Answer; at: Instant | null; revision: number }[];
};

type PastOutcome =
	| { kind: "found"; session: PastSession }
	| { kind: "unknown_session" }
	| { kind: "unknown_revision"; newest_revision: number };

/** Something that reached a session after it had ended, and why it was kept aside. */
export type LateEvent = Omit<ShownEvent, "at" | "outcome"> & {
	at: Instant;
	code: string;
	detail: string;
	/**
	 * Restoring or renewing the session applies what came late, and so does an operator. A draft that was
	 * applied has no value any more: its text lives with the other drafts.
	 */
	now: "kept_aside" | "applied" | "superseded";
};

export type SessionHistory = {
	at(display_id: string, revision: number): Promise<PastOutcome>;
	/** Null for an unknown display id. */
	late(display_id: string): Promise<LateEvent[] | null>;
};

/** The past of sessions, for an operator who helps a student. */
export function createSessionHistory(
	{ reader }: Pick<Database, "reader">,
	assessments: AssessmentStore,
): SessionHistory {
	return {
		at: (display_id, revision) =>
			reader.transaction().execute(async (snapshot) => {
				const found = await findRecorded(snapshot, display_id);
				if (!found) return { kind: "unknown_session" };
				const { newest_revision, recorded } = found;
				if (revision > newest_revision) return { kind: "unknown_revision", newest_revision };
				const version = await versionOf(assessments, found.assessment_version_id);
				return {
					kind: "found",
					session: { display_id, newest_revision, ...pastOf(version, recorded, revision) },
				};
			}),
		late: (display_id) =>
			reader.transaction().execute(async (snapshot) => {
				const found = await findRecorded(snapshot, display_id);
				if (!found) return null;
				const version = await versionOf(assessments, found.assessment_version_id);
				return lateEvents(version, found.recorded);
			}),
	};
}

function pastOf(
	{ index }: AssessmentVersion,
	recorded: Recorded,
	revision: number,
): Omit<PastSession, "display_id" | "newest_revision"> {
	const state = replay(index, recorded, revision);
	const adopted = new Set(
		recorded.events
			.filter((row) => cameWithAdoption(row, recorded.started_at))
			.map((row) => row.revision)
			.concat(0),
	);
	const { status, language, place, holder } = state;
	const keyOf = (question_id: number | null) =>
		question_id === null ? null : (index.by_question.get(question_id)?.question.key ?? null);
	return {
		revision,
		received_at: recorded.events.find((row) => row.revision === revision)?.received_at ?? null,
		status,
		language,
		place: place && {
			page: place.page_id === null ? null : (index.pages.get(place.page_id)?.key ?? null),
			question: keyOf(place.question_id),
		},
		device: holder?.label ?? null,
		progress: progressOf(state.answered, index.places.length),
		total_xp: xpFor(state.ever_answered),
		answers: index.places.flatMap(({ question }) => {
			const record = state.answers[question.id];
			if (!record?.answer) return [];
			const { answer, revision } = record;
			return [{ question: question.key, answer, at: adopted.has(revision) ? null : record.at, revision }];
		}),
	};
}

function lateEvents({ index }: AssessmentVersion, { events }: Recorded): LateEvent[] {
	return events.filter(cameLate).map((row) => {
		const why = lateResultOf(row.result);
		return {
			revision: row.revision,
			at: row.at,
			received_at: row.received_at,
			kind: row.kind,
			question:
				row.question_id === null
					? null
					: (index.by_question.get(row.question_id)?.question.key ?? `unknown question ${row.question_id}`),
			value: row.value === null ? null : JSON.parse(row.value),
			code: why?.code ?? "unknown",
			detail: why?.detail ?? "",
			now: row.outcome === "late" ? "kept_aside" : row.outcome,
		};
	});
}

async function findRecorded(snapshot: Transaction<Schema>, display_id: string) {
	const row = await snapshot
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.response_id")
		.select([
			"session_details.response_id",
			"session_details.assessment_version_id",
			"session_details.revision as newest_revision",
			"session_details.language",
			"session_details.language_chosen_at",
			"student_responses.status",
			"student_responses.created_at as started_at",
		])
		.where("session_details.display_id", "=", display_id)
		.executeTakeFirst();
	if (!row) return null;
	const { response_id, assessment_version_id, newest_revision, ...rest } = row;
	const events = await snapshot
		.selectFrom("session_events")
		.selectAll()
		.where("response_id", "=", response_id)
		.orderBy("revision")
		.execute();
	const answers = await snapshot
		.selectFrom("question_answers")
		.selectAll()
		.where("response_id", "=", response_id)
		.execute();
	return {
		assessment_version_id,
		newest_revision,
		recorded: { ...rest, events, answers } satisfies Recorded,
	};
}

async function versionOf(assessments: AssessmentStore, version_id: number): Promise<AssessmentVersion> {
	const version = await assessments.byId(version_id);
	if (!version) throw new Error(`Assessment version ${version_id} is missing.`);
	return version;
}
