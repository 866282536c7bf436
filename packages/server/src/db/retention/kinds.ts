import { addDays, type Instant } from "@carhythm/core";
import { type Kysely, type SqlBool, sql } from "kysely";
import type { RetentionConfig } from "../../privacy-settings.ts";
import { selectErasable } from "../erasures/erase-sessions.ts";
import type { Schema, Tx } from "../schema.ts";
import { PLACEHOLDER } from "../sessions/person.ts";

/** What decides when something has had its day. */
export type RetentionRules = RetentionConfig & {
	now: Instant;
	/** An unfinished session expires first; its retention counts from then. */
	session_expiry_days: number;
};

/** Sessions that are erased whole, by the reason. */
export const SESSION_KINDS = ["asked_for", "unfinished", "set_aside", "completed"] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** Parts of sessions that go while the session stays. */
export const PART_KINDS = ["person", "feedback", "late", "codes"] as const;
export type PartKind = (typeof PART_KINDS)[number];

export type RetentionKind = SessionKind | PartKind;

/**
 * What came before this moment has had its day; null where it is kept for ever. Exactly at the moment it is
 * still kept.
 */
export function cutoffOf(kind: RetentionKind, rules: RetentionRules): Instant | null {
	if (kind === "asked_for") return rules.now;
	const days = rules[`retention_${kind}_days`];
	if (days === 0) return null;
	return addDays(rules.now, -days - (kind === "unfinished" ? rules.session_expiry_days : 0));
}

/**
 * From when the time of a session runs, in SQL. An adopted session counts from its adoption: nothing is
 * removed because a server took over an old database. The server alone is asked, never a device's clock.
 */
const SINCE: Readonly<Record<SessionKind, ReturnType<typeof sql<Instant>>>> = {
	asked_for: sql`(select q.due_at from erasure_requests q
		where q.response_id = student_responses.id and q.undone_at is null)`,
	unfinished: sql`student_responses.last_activity`,
	set_aside: sql`coalesce(session_details.abandoned_at, student_responses.last_activity)`,
	completed: sql`coalesce(student_responses.completed_at, student_responses.last_activity)`,
};

const STATUS = {
	unfinished: "active",
	set_aside: "user_abandoned_not_completed",
	completed: "completed",
} as const;

/** The sessions of a kind that are due. */
export function selectDue(db: Kysely<Schema>, kind: SessionKind, cutoff: Instant) {
	const since = SINCE[kind];
	return selectErasable(db as Tx)
		.select(since.as("since"))
		.where(sql<SqlBool>`${since} < ${cutoff}`)
		.$if(kind !== "asked_for", (query) =>
			query
				.where("student_responses.status", "=", STATUS[kind as keyof typeof STATUS])
				.where(sql<SqlBool>`coalesce(session_details.adopted_at < ${cutoff}, true)`),
		);
}

/** Sessions whose person is due: they have ended, and personal fields were filled in. */
function selectPersons(db: Kysely<Schema>, cutoff: Instant) {
	const since = sql<Instant>`coalesce(student_responses.completed_at, student_responses.last_activity)`;
	const isKnown = sql<SqlBool>`not (email = ${PLACEHOLDER.email} and full_name = ${PLACEHOLDER.full_name}
		and age_group = ${PLACEHOLDER.age_group} and country = ${PLACEHOLDER.country}
		and origin_country = ${PLACEHOLDER.origin_country})`;
	return db
		.selectFrom("student_responses")
		.leftJoin("session_details", "session_details.response_id", "student_responses.id")
		.select(["student_responses.id", since.as("since")])
		.where("student_responses.status", "!=", "active")
		.where(sql<SqlBool>`${since} < ${cutoff}`)
		.where(sql<SqlBool>`coalesce(session_details.adopted_at < ${cutoff}, true)`)
		.where(isKnown)
		.$castTo<DuePart>();
}

function selectFeedback(db: Kysely<Schema>, cutoff: Instant) {
	return db
		.selectFrom("feedbacks")
		.select(["id", "created_at as since"])
		.where("created_at", "<", cutoff)
		.$castTo<DuePart>();
}

/** Of sessions that have ended: what waits in an active one is applied by its next write. */
function selectLate(db: Kysely<Schema>, cutoff: Instant) {
	return db
		.selectFrom("session_events")
		.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
		.select(["session_events.id", "session_events.received_at as since"])
		.where("session_events.outcome", "=", "late")
		.where("session_events.received_at", "<", cutoff)
		.where("student_responses.status", "!=", "active")
		.$castTo<DuePart>();
}

function selectCodes(db: Kysely<Schema>, cutoff: Instant) {
	return db
		.selectFrom("hand_offs")
		.select(["id", "expires_at as since"])
		.where("expires_at", "<", cutoff)
		.$castTo<DuePart>();
}

type DuePart = { id: number; since: Instant };

/** The rows of a kind that are due. */
export function selectDueParts(db: Kysely<Schema>, kind: PartKind, cutoff: Instant) {
	return partsOf(db, kind, cutoff).selectAll();
}

function partsOf(db: Kysely<Schema>, kind: PartKind, cutoff: Instant) {
	switch (kind) {
		case "person":
			return db.selectFrom(selectPersons(db, cutoff).as("due"));
		case "feedback":
			return db.selectFrom(selectFeedback(db, cutoff).as("due"));
		case "late":
			return db.selectFrom(selectLate(db, cutoff).as("due"));
		case "codes":
			return db.selectFrom(selectCodes(db, cutoff).as("due"));
	}
}

/** Removes some rows of a kind; of a person only what tells who it is. */
export async function removeParts(tx: Tx, kind: PartKind, ids: readonly number[]): Promise<void> {
	switch (kind) {
		case "person":
			await tx.updateTable("student_responses").set(PLACEHOLDER).where("id", "in", ids).execute();
			return;
		case "feedback":
			await tx.deleteFrom("feedbacks").where("id", "in", ids).execute();
			return;
		case "late":
			await tx.deleteFrom("session_events").where("id", "in", ids).execute();
			return;
		case "codes":
			await tx.deleteFrom("hand_offs").where("id", "in", ids).execute();
	}
}
