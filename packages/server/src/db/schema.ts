import type { ConsentKind, Language, QuestionTypeName } from "@carhythm/core";
import type { Generated, Selectable, Transaction } from "kysely";
import type { AnswerColumns, TypeColumns } from "../question-types/columns.ts";

// Times are ISO text on SQLite and timestamptz on PostgreSQL; both are read and written as core's `Instant`.
// JSON is text.

/** The existing product's table: one row a session. Its last three columns are phase 1. */
type StudentResponses = {
	id: Generated<number>;
	session_id: string;
	email: string;
	full_name: string;
	age_group: string;
	country: string;
	origin_country: string;
	completed_at: string | null;
	created_at: string;
	status: "active" | "completed" | "user_abandoned_not_completed";
	last_activity: string;
	current_page_id: number | null;
};

type Pages = {
	id: Generated<number>;
	title: string;
	description: string | null;
	order_index: number;
	is_active: number;
	created_at: string;
	module_name: string | null;
	module_emoji: string | null;
	chapter_number: number | null;
	estimated_minutes: number | null;
	completion_message: string | null;
	module_description: string | null;
	module_color_primary: string | null;
	module_color_secondary: string | null;
	title_ar: string | null;
	description_ar: string | null;
	module_name_ar: string | null;
	module_description_ar: string | null;
	completion_message_ar: string | null;
};

type Questions = TypeColumns & {
	id: Generated<number>;
	page_id: number;
	question_text: string;
	question_type: QuestionTypeName;
	image_path: string | null;
	order_index: number;
	is_required: number;
	item_id: string | null;
	domain: string | null;
	tags: string | null;
	reverse_scored: number | null;
	scale_type: string | null;
	mcq_correct_answer: string | null;
	scene_title: string | null;
	scene_narrative: string | null;
	scene_image_url: string | null;
	scene_theme: string | null;
	created_at: string;
	question_text_ar: string | null;
	scene_title_ar: string | null;
	scene_narrative_ar: string | null;
};

/** The present answers: at most one row a session and question. A cleared answer has no row. */
type QuestionAnswers = AnswerColumns & {
	id: Generated<number>;
	response_id: number;
	question_id: number;
};

/** The columns of the existing table that this program writes; it has more, which stay as they are. */
type AssessmentScores = {
	id: Generated<number>;
	response_id: number;
	/** Columns that the existing product's admin panel reads. Null for content of this program. */
	riasec_r_score: number | null;
	riasec_i_score: number | null;
	riasec_a_score: number | null;
	riasec_s_score: number | null;
	riasec_e_score: number | null;
	riasec_c_score: number | null;
	riasec_profile: string | null;
	bigfive_openness: number | null;
	bigfive_conscientiousness: number | null;
	bigfive_extraversion: number | null;
	bigfive_agreeableness: number | null;
	bigfive_neuroticism: number | null;
	riasec_raw_scores: string | null;
	riasec_strength_labels: string | null;
	bigfive_strength_labels: string | null;
	behavioral_strength_labels: string | null;
	behavioral_flags: string | null;
	ikigai_zones: string | null;
	rhythm_profile: string | null;
	calculated_at: string;
	last_updated: string | null;
};

type Feedbacks = {
	id: Generated<number>;
	session_id: string;
	rating: number | null;
	experience_text: string | null;
	would_recommend: number | null;
	suggestions: string | null;
	created_at: string;
};

type Assessments = { key: string; is_default: number; created_at: string };

/** Immutable: a change of the content is a new version. */
type AssessmentVersions = {
	id: Generated<number>;
	assessment_key: string;
	version: number;
	/** core's `Assessment` as JSON: all that a browser may see. */
	definition: string;
	/** core's `Scoring` as JSON: never leaves the server. */
	scoring: string | null;
	/** SHA-256 over definition and scoring without ids: adding the same file again adds nothing. */
	content_hash: string;
	created_at: string;
};

/** What the existing table does not know of a session: one row for each row of `student_responses`. */
type SessionDetails = {
	response_id: number;
	display_id: string;
	assessment_version_id: number;
	language: "en" | "ar";
	language_chosen_at: string | null;
	language_operation_id: string | null;
	current_question_id: number | null;
	place_at: string | null;
	place_operation_id: string | null;
	/** The number of the newest event. */
	revision: number;
	answered: number;
	ever_answered: number;
	/** The device that wrote last: its clock then, and the corrected time that came of it. */
	device_id: string | null;
	device_time: string | null;
	device_at: string | null;
	start_operation_id: string | null;
	start_fingerprint: string | null;
	/** The session that Start Fresh began in this one's place. */
	replaced_by: number | null;
	abandoned_at: string | null;
	/** When a row of the existing product was taken over; null for sessions begun here. */
	adopted_at: string | null;
};

/** Append-only: the history of every session, the idempotency of every write. */
type SessionEvents = {
	id: Generated<number>;
	response_id: number;
	revision: number;
	operation_id: string;
	kind: string;
	question_id: number | null;
	/**
	 * The command's content as JSON; null where it has none, and for drafts, whose text lives in
	 * `session_drafts` only.
	 */
	value: string | null;
	/** Corrected time: what decides which of two answers is the later. */
	at: string;
	client_time: string | null;
	received_at: string;
	outcome: "applied" | "superseded" | "late";
	/** SHA-256 of the command: the same operation id with another body is refused. */
	fingerprint: string;
	/** The stored reply as JSON, replayed when the operation comes again. */
	result: string;
};

/** A row to append to the history. */
export type NewEvent = Omit<Selectable<SessionEvents>, "id">;

type SessionDrafts = {
	response_id: number;
	question_id: number;
	value: string | null;
	at: string;
	operation_id: string;
};

/**
 * How far devices had come before another wrote: as in the session's details. That of the last one there may
 * be behind.
 */
type SessionDevices = { response_id: number; device_id: string; device_time: string; device_at: string };

/** Bytes of long values in a session's history; no row before the first. */
type SessionSizes = { response_id: number; value_bytes: number };

/** The device on which a session goes on, since its last hand-off; no row before the first. */
type SessionHolders = { response_id: number; device_id: string; label: string; since: string };

/** Codes that continue a session on another device. The newest of a session is the only one that may be good. */
type HandOffs = {
	id: Generated<number>;
	response_id: number;
	/** The request that made it: repeated, it gets the same code. */
	operation_id: string;
	/** The part of the code by which it is found. */
	selector: string;
	verifier_hash: string;
	created_at: string;
	expires_at: string;
	used_at: string | null;
	used_operation_id: string | null;
	failed_guesses: Generated<number>;
};

/** What operators did: a chain of hashes. Rows are only ever added. */
export type OperatorEvents = {
	/** 1, 2, 3 … without gaps. */
	sequence: number;
	at: string;
	actor_kind: string;
	actor: string;
	/** Of a console with accounts. */
	account_id: number | null;
	action: string;
	/** A display id. */
	target: string | null;
	reason: string | null;
	/** JSON, without answers and personal data. */
	details: string;
	inverse: string | null;
	/** Empty for the first. */
	previous_hash: string;
	hash: string;
};

/** One row: how far {@link OperatorEvents} has come. */
type OperatorLogHead = { id: number; events: number; hash: string };

/** Sessions that were erased, by a keyed hash: an older backup must not bring them back. */
type Erasures = {
	session_hash: string;
	/** Which key made the hash. */
	key_id: string;
	erased_at: string;
};

/** A student asked for a session to be erased. At most one of a session is neither undone nor carried out. */
type ErasureRequests = {
	id: Generated<number>;
	response_id: number;
	operation_id: string;
	requested_at: string;
	due_at: string;
	undone_at: string | null;
};

/** What each version of a notice said, from when a student first declared something to it. */
type NoticeVersions = {
	version: string;
	/** JSON: `PrivacyReply` without what is no promise. */
	content: string;
	since: string;
};

/** What was declared to a notice; the newest row of a session counts. */
type SessionConsents = {
	id: Generated<number>;
	response_id: number;
	operation_id: string;
	notice_version: string;
	language: Language;
	kind: ConsentKind;
	given_at: string;
	withdrawn_at: string | null;
	/** The operation that withdrew it. */
	withdrawn_by: string | null;
};

/** One row: the process that removes what has had its day has the say until `lease_ends_at`. */
type RetentionRuns = {
	id: number;
	/** When a server first looked after retention: it removes nothing by itself for a while after that. */
	began_at: string | null;
	lease_ends_at: string | null;
	finished_at: string | null;
};

/** An id that a session had before its student left other devices, by its hash. */
type SessionFormerIds = {
	former_id_hash: string;
	response_id: number;
	/** Of the request, for its repeats. */
	operation_id: string;
	moved_at: string;
};

/** The table by which a database of this program is known. The migrations say what is in it. */
export const LEDGER = "migration_ledger";

/** The table that lists the tables in which undone migrations keep what they dropped. */
export const KEPT = "migration_kept";

/** A transaction that writes. */
export type Tx = Transaction<Schema>;

export type Schema = {
	student_responses: StudentResponses;
	pages: Pages;
	questions: Questions;
	question_answers: QuestionAnswers;
	assessment_scores: AssessmentScores;
	feedbacks: Feedbacks;
	assessments: Assessments;
	assessment_versions: AssessmentVersions;
	session_details: SessionDetails;
	session_events: SessionEvents;
	session_drafts: SessionDrafts;
	session_devices: SessionDevices;
	session_holders: SessionHolders;
	session_sizes: SessionSizes;
	hand_offs: HandOffs;
	database_incarnations: DatabaseIncarnations;
	operator_events: OperatorEvents;
	operator_log_head: OperatorLogHead;
	erasures: Erasures;
	erasure_requests: ErasureRequests;
	retention_runs: RetentionRuns;
	session_former_ids: SessionFormerIds;
	notice_versions: NoticeVersions;
	session_consents: SessionConsents;
};

/** One row for each time the database began or came back from a backup; the newest names what is there now. */
type DatabaseIncarnations = { id: Generated<number>; incarnation: string; since: string };

/** Every table of this program but the migrations' own; a table that is forgotten here is a compile error. */
const SERVED: Readonly<Record<keyof Schema, true>> = {
	student_responses: true,
	pages: true,
	questions: true,
	question_answers: true,
	assessment_scores: true,
	feedbacks: true,
	assessments: true,
	assessment_versions: true,
	session_details: true,
	session_events: true,
	session_drafts: true,
	session_devices: true,
	session_sizes: true,
	session_holders: true,
	hand_offs: true,
	database_incarnations: true,
	operator_events: true,
	operator_log_head: true,
	erasures: true,
	erasure_requests: true,
	retention_runs: true,
	session_former_ids: true,
	notice_versions: true,
	session_consents: true,
};
export const SERVED_TABLES = Object.keys(SERVED) as readonly (keyof Schema)[];

/** The tables that name a session by its `response_id`, in an order in which they can be emptied. */
export const OF_A_SESSION = [
	"session_consents",
	"erasure_requests",
	"session_former_ids",
	"hand_offs",
	"session_devices",
	"session_holders",
	"session_sizes",
	"session_drafts",
	"session_events",
	"session_details",
	"question_answers",
	"assessment_scores",
] as const;
