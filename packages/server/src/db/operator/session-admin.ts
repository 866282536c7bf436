import { type Instant, type Progress, progressOf } from "@carhythm/core";
import { type Kysely, type SqlBool, sql } from "kysely";
import type { Database, Purged } from "../dialect.ts";
import { type EraseKept, eraseSessions, selectErasable } from "../erasures/erase-sessions.ts";
import type { ErasureMemory } from "../erasures/memory.ts";
import { type Actor, recordOperatorEvent } from "../operator-log/append.ts";
import type { Schema } from "../schema.ts";
import { type ExpiryClock, type ShownStatus, shownStatus, whereShownStatus } from "../sessions/expiry.ts";
import { PLACEHOLDER, withoutPlaceholders } from "../sessions/person.ts";
import { cameWithAdoption } from "../sessions/rows.ts";
import type { AssessmentStore, Person } from "../store.ts";
import { inTransaction } from "../transaction.ts";
import {
	type DeletedRows,
	deleteRowsOfOthers,
	explainStillNamed,
	findTraces,
	type Traces,
} from "./other-programs.ts";

/** A session as an operator may see it: by its display id, never by its secret one. */
export type ShownSession = {
	display_id: string;
	status: ShownStatus;
	assessment: string;
	version: number;
	language: "en" | "ar";
	started_at: Instant;
	last_activity: Instant;
	completed_at: Instant | null;
	progress: Progress;
};

export type ShownEvent = {
	revision: number;
	/** Null for an answer that another program had taken in: its time is not known. */
	at: Instant | null;
	received_at: Instant;
	kind: string;
	question: string | null;
	value: unknown;
	outcome: "applied" | "superseded" | "late";
};

/** Which sessions are meant: by default all of them. An address is compared without regard to capitals. */
type SessionFilter = { status: ShownStatus | null; email?: string };

export type SessionAdmin = {
	/** The last active first. */
	list(filter: SessionFilter & { limit: number }): Promise<ShownSession[]>;
	count(filter: SessionFilter): Promise<number>;
	/** A session with its person and its history; null for an unknown display id. */
	show(display_id: string): Promise<{ session: ShownSession; person: Person; events: ShownEvent[] } | null>;
	/**
	 * Deletes everything of a session, then what is left of it in the files; null for an unknown display id.
	 * @throws OperatorError `refused` where a table of another program stands in the way
	 */
	erase(display_id: string, actor: Actor): Promise<Erased | null>;
	/** Only the second half of erasing, when the first try was held up by another program. */
	scrub(): Promise<Purged>;
};

/** What became of an erasure, in the files and in the tables of other programs. */
export type Erased = Purged & { deleted: readonly DeletedRows[]; traces: Traces };

/** The operator's side of sessions. */
export function createSessionAdmin(
	database: Database,
	options: {
		assessments: AssessmentStore;
		now: () => Instant;
		expiry_days: number;
		/** Deletes what undone migrations keep of sessions: they know their tables. */
		eraseKept: EraseKept;
		/** Remembers erasures outside of the database; null where it cannot. */
		memory?: ErasureMemory | null;
	},
): SessionAdmin {
	const { reader, dialect } = database;
	const { assessments, now, expiry_days, eraseKept, memory = null } = options;
	const shown = async (row: ShownRow) => show(row, assessments, { now: now(), expiry_days });
	return {
		async list({ limit, ...filter }) {
			const rows = await selectFiltered(reader, filter, { now: now(), expiry_days })
				.orderBy("student_responses.last_activity", "desc")
				.orderBy("student_responses.id", "desc")
				.limit(limit)
				.execute();
			return Promise.all(rows.map(shown));
		},
		async count(filter) {
			const { sessions } = await selectFiltered(reader, filter, { now: now(), expiry_days })
				.clearSelect()
				.select((select) => select.fn.countAll().as("sessions"))
				.executeTakeFirstOrThrow();
			return Number(sessions);
		},
		show: (display_id) =>
			reader.transaction().execute(async (snapshot) => {
				const row = await selectShown(snapshot)
					.where("session_details.display_id", "=", display_id)
					.executeTakeFirst();
				if (!row) return null;
				const version = await assessments.byId(row.assessment_version_id);
				const events = await snapshot
					.selectFrom("session_events")
					.select(["revision", "at", "received_at", "kind", "question_id", "value", "outcome", "fingerprint"])
					.where("response_id", "=", row.id)
					.orderBy("revision")
					.execute();
				return {
					session: await shown(row),
					person: personOf(row),
					events: events.map(({ question_id, value, fingerprint, at, ...event }) => ({
						...event,
						at: cameWithAdoption({ ...event, fingerprint }, row.created_at) ? null : at,
						question: question_id === null ? null : keyOf(version, question_id),
						value: value === null ? null : JSON.parse(value),
					})),
				};
			}),
		async erase(display_id, actor) {
			const erased = await inTransaction(database, async (tx) => {
				const row = await selectErasable(tx)
					.where("session_details.display_id", "=", display_id)
					.executeTakeFirst();
				if (!row) return null;
				await dialect.lockSessions(tx, "id", [row.id]);
				const names = { ...row, response_id: row.id };
				const deleted = await deleteRowsOfOthers(tx, dialect, names);
				const erasures = await eraseSessions(tx, [row], { dialect, eraseKept, memory, now: now() });
				await recordOperatorEvent(tx, { actor, action: "session.erase", target: display_id }, now());
				return { names, deleted, erasures };
			}).catch(explainStillNamed);
			if (!erased) return null;
			memory?.remember(erased.erasures);
			const traces = await findTraces(reader, dialect, erased.names);
			return { ...(await dialect.purge()), deleted: erased.deleted, traces };
		},
		scrub: () => dialect.purge(),
	};
}

type ShownRow = Awaited<ReturnType<ReturnType<typeof selectShown>["execute"]>>[number];

/** The one query behind every operator's view of sessions; the secret id is not among its columns. */
export function selectShown(reader: Kysely<Schema>) {
	return reader
		.selectFrom("session_details")
		.innerJoin("student_responses", "student_responses.id", "session_details.response_id")
		.select([
			"student_responses.id",
			"student_responses.status",
			"student_responses.created_at",
			"student_responses.last_activity",
			"student_responses.completed_at",
			"student_responses.email",
			"student_responses.full_name",
			"student_responses.age_group",
			"student_responses.country",
			"student_responses.origin_country",
			"session_details.display_id",
			"session_details.assessment_version_id",
			"session_details.language",
			"session_details.answered",
			"session_details.adopted_at",
		]);
}

function selectFiltered(reader: Kysely<Schema>, { status, email }: SessionFilter, clock: ExpiryClock) {
	const address = email?.trim();
	return selectShown(reader)
		.$if(status !== null, (query) => query.where(whereShownStatus(status ?? "active", clock)))
		.$if(email !== undefined, (query) =>
			query
				.where(sql<SqlBool>`lower(student_responses.email) = lower(${address})`)
				// It stands for everyone who has not told who they are.
				.where("student_responses.email", "not in", ["", PLACEHOLDER.email]),
		);
}

/** The person of a session, with nothing where only placeholders are stored. */
export function personOf({ email, full_name, age_group, country, origin_country }: Person): Person {
	return withoutPlaceholders({ email, full_name, age_group, country, origin_country });
}

async function show(row: ShownRow, assessments: AssessmentStore, clock: ExpiryClock): Promise<ShownSession> {
	const version = await assessments.byId(row.assessment_version_id);
	if (!version) throw new Error(`Assessment version ${row.assessment_version_id} is missing.`);
	const { assessment, places } = version.index;
	return {
		display_id: row.display_id,
		status: shownStatus(row, clock),
		assessment: assessment.key,
		version: assessment.version,
		language: row.language,
		started_at: row.created_at,
		last_activity: row.last_activity,
		completed_at: row.completed_at,
		progress: progressOf(row.answered, places.length),
	};
}

function keyOf(version: Awaited<ReturnType<AssessmentStore["byId"]>>, question_id: number): string {
	return version?.index.by_question.get(question_id)?.question.key ?? `unknown question ${question_id}`;
}
