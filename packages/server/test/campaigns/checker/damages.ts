import { OF_A_SESSION } from "../../../src/db/schema.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Damage that no crash may leave: the SQL that makes it, and the complaint with which the checker must find
 * it.
 */
export type Damage = { sql: string; finds: "lost" | "torn" | "corrupt"; complaint: string };

const NOBODYS = "'00000000-0000-4000-8000-000000000000'";
const newest = (table: string) => `id = (select max(id) from ${table})`;

/** Adds an event that no student sent, as a copy of the newest. */
const another = (kind: "clear" | "abandon") => `
	insert into session_events (response_id, revision, operation_id, kind, at, received_at, outcome, fingerprint, result)
	select response_id, revision + 1, ${NOBODYS}, '${kind}', at, received_at, outcome, fingerprint, result
	from session_events where ${newest("session_events")}`;

/** Acknowledged operations that are missing, or are stored as something else. */
const LOST: readonly Omit<Damage, "finds">[] = [
	{ sql: `delete from session_events where ${newest("session_events")}`, complaint: "(acknowledged)" },
	{
		sql: `update session_events set value = '{"type":"slider","value":-7}' where kind = 'answer'`,
		complaint: "answer (acknowledged) is there as something else",
	},
	{ sql: `update session_events set outcome = 'late' where kind = 'clear'`, complaint: "as something else" },
	{
		sql: `update session_events set value = '{"language":"fr"}' where kind = 'start'`,
		complaint: "start (acknowledged) is",
	},
	{ sql: `update session_events set value = null where kind = 'hold'`, complaint: "as something else" },
	{
		sql: `update session_events set response_id = (select min(id) from student_responses)
			where ${newest("session_events")}`,
		complaint: "is there in another session",
	},
	{
		sql: `update student_responses set session_id = ${NOBODYS} where ${newest("student_responses")}`,
		complaint: "an acknowledged start is not there under its id",
	},
	{
		sql: `update session_drafts set value = '{"type":"essay","text":"Other words"}'`,
		complaint: "the newest draft is not there as it was typed",
	},
	{ sql: "delete from session_drafts", complaint: "the newest draft is not there as it was typed" },
	{ sql: `update session_drafts set operation_id = ${NOBODYS}`, complaint: "the newest draft is not there" },
	{ sql: `delete from hand_offs where ${newest("hand_offs")}`, complaint: "hand_off (acknowledged)" },
	{ sql: "update hand_offs set verifier_hash = selector", complaint: "code is there as another" },
	{
		sql: `update hand_offs set selector = 'ZZZZ' where ${newest("hand_offs")}`,
		complaint: "code is there as another",
	},
];

const TORN: readonly Omit<Damage, "finds">[] = [
	{
		sql: "delete from session_details where response_id = (select max(response_id) from session_details)",
		complaint: "a session without its details",
	},
	{
		sql: "delete from session_events where response_id = (select max(response_id) from session_events)",
		complaint: "a session without its start",
	},
	{ sql: another("clear"), complaint: "an operation that no student sent" },
	{ sql: another("abandon"), complaint: "abandoned" },
	{
		sql: "update session_details set answered = answered - 1 where answered > 0",
		complaint: "counters of a session",
	},
	{
		sql: "delete from question_answers where id = (select min(id) from question_answers)",
		complaint: "answers of a session",
	},
	{
		sql: "update question_answers set answer_value = -8 where answer_value is not null",
		complaint: "answers of a session",
	},
	{
		sql: `insert into question_answers (response_id, question_id, answer_text)
			select max(response_id), (select max(id) from questions), 'Words of nobody' from session_details`,
		complaint: "answers of a session",
	},
	{ sql: "update session_details set revision = revision + 1", complaint: "revisions of a session" },
	{
		sql: "update student_responses set status = 'completed' where status = 'active'",
		complaint: "status of a session",
	},
	{
		sql: `insert into session_drafts (response_id, question_id, value, at, operation_id)
			select response_id, question_id, null, at, operation_id from session_events where kind = 'move'
			on conflict (response_id, question_id) do nothing`,
		complaint: "a draft is there that was answered",
	},
	{ sql: "update session_details set current_question_id = null", complaint: "question of a session" },
	{ sql: "update student_responses set current_page_id = null", complaint: "page of a session" },
	{ sql: `update session_details set place_operation_id = ${NOBODYS}`, complaint: "place of a session" },
	{
		sql: "update session_details set language = case language when 'en' then 'ar' else 'en' end",
		complaint: "language of a session",
	},
	{ sql: "delete from session_holders", complaint: "holder of a session" },
	{ sql: "update session_holders set label = 'Nobody'", complaint: "holder of a session" },
	{ sql: "update session_holders set since = '2026-01-01T00:00:00.000Z'", complaint: "holder of a session" },
	{
		sql: "update hand_offs set used_at = null, used_operation_id = null where used_at is not null",
		complaint: "the use of a code differs",
	},
	{
		sql: `update hand_offs set used_at = created_at, used_operation_id = ${NOBODYS} where used_at is null`,
		complaint: "the use of a code differs",
	},
	{ sql: "update hand_offs set failed_guesses = 4", complaint: "a wrong guess" },
	{
		sql: `update hand_offs set operation_id = ${NOBODYS} where ${newest("hand_offs")}`,
		complaint: "no student asked for",
	},
];

/** Damage that the engine itself finds in its file or its indexes. */
const CORRUPT = {
	sqlite: {
		sql: `delete from student_responses where ${newest("student_responses")}`,
		complaint: "foreign keys are violated",
	},
	postgres: {
		// An index that is marked as not ready misses the new row, and amcheck reports XX001: data_corrupted.
		sql: `update pg_index set indisready = false where indexrelid = 'idx_hand_offs_selector'::regclass;
			insert into hand_offs (response_id, operation_id, selector, verifier_hash, created_at, expires_at)
				select response_id, operation_id || 'x', 'ZZZZ', '', created_at, expires_at from hand_offs limit 1;
			update pg_index set indisready = true where indexrelid = 'idx_hand_offs_selector'::regclass`,
		complaint: "XX001",
	},
} as const;

export function damagesOn(engine: keyof typeof CORRUPT): Damage[] {
	return [
		...LOST.map((damage) => ({ ...damage, finds: "lost" as const })),
		...TORN.map((damage) => ({ ...damage, finds: "torn" as const })),
		{ ...CORRUPT[engine], finds: "corrupt" },
	];
}

/** Whether the checker found a damage, with the right complaint. */
export function isFound({ finds, complaint }: Damage, verdict: Verdict): boolean {
	return verdict[finds].some((found) => found.includes(complaint));
}

/** Deletes every session without a trace. */
export const NO_SESSIONS = [...OF_A_SESSION, "student_responses"]
	.map((table) => `delete from ${table}`)
	.join(";");
