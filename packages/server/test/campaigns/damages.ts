import { OF_A_SESSION } from "../../src/db/schema.ts";
import type { Verdict } from "./verdict.ts";

/** Something that no crash may leave behind, and what the comparison has to say of it. */
export type Damage = { by: string; finds: "lost" | "torn" | "corrupt"; says: string };

const NOBODYS = "'00000000-0000-4000-8000-000000000000'";
const newest = (table: string) => `id = (select max(id) from ${table})`;

/** The newest operation again, as something that nobody sent. */
const another = (kind: "clear" | "abandon") => `
	insert into session_events (response_id, revision, operation_id, kind, at, received_at, outcome, fingerprint, result)
	select response_id, revision + 1, ${NOBODYS}, '${kind}', at, received_at, outcome, fingerprint, result
	from session_events where ${newest("session_events")}`;

/** On both engines. What is not lost altogether is there as something else. */
const LOST: readonly Omit<Damage, "finds">[] = [
	{ by: `delete from session_events where ${newest("session_events")}`, says: "(acknowledged)" },
	{
		by: `update session_events set value = '{"type":"slider","value":-7}' where kind = 'answer'`,
		says: "answer (acknowledged) is there as something else",
	},
	{ by: `update session_events set outcome = 'late' where kind = 'clear'`, says: "as something else" },
	{
		by: `update session_events set value = '{"language":"fr"}' where kind = 'start'`,
		says: "start (acknowledged) is",
	},
	{ by: `update session_events set value = null where kind = 'hold'`, says: "as something else" },
	{
		by: `update session_events set response_id = (select min(id) from student_responses)
			where ${newest("session_events")}`,
		says: "is there in another session",
	},
	{
		by: `update student_responses set session_id = ${NOBODYS} where ${newest("student_responses")}`,
		says: "an acknowledged start is not there under its id",
	},
	{
		by: `update session_drafts set value = '{"type":"essay","text":"Other words"}'`,
		says: "the newest draft is not there as it was typed",
	},
	{ by: "delete from session_drafts", says: "the newest draft is not there as it was typed" },
	{ by: `update session_drafts set operation_id = ${NOBODYS}`, says: "the newest draft is not there" },
	{ by: `delete from hand_offs where ${newest("hand_offs")}`, says: "hand_off (acknowledged)" },
	{ by: "update hand_offs set verifier_hash = selector", says: "code is there as another" },
	{
		by: `update hand_offs set selector = 'ZZZZ' where ${newest("hand_offs")}`,
		says: "code is there as another",
	},
];

const TORN: readonly Omit<Damage, "finds">[] = [
	{
		by: "delete from session_details where response_id = (select max(response_id) from session_details)",
		says: "a session without its details",
	},
	{
		by: "delete from session_events where response_id = (select max(response_id) from session_events)",
		says: "a session without its start",
	},
	{ by: another("clear"), says: "an operation that nobody sent" },
	{ by: another("abandon"), says: "set aside" },
	{
		by: "update session_details set answered = answered - 1 where answered > 0",
		says: "counters of a session",
	},
	{
		by: "delete from question_answers where id = (select min(id) from question_answers)",
		says: "answers of a session",
	},
	{
		by: "update question_answers set answer_value = -8 where answer_value is not null",
		says: "answers of a session",
	},
	{
		by: `insert into question_answers (response_id, question_id, answer_text)
			select max(response_id), (select max(id) from questions), 'Words of nobody' from session_details`,
		says: "answers of a session",
	},
	{ by: "update session_details set revision = revision + 1", says: "revisions of a session" },
	{
		by: "update student_responses set status = 'completed' where status = 'active'",
		says: "status of a session",
	},
	{
		by: `insert into session_drafts (response_id, question_id, value, at, operation_id)
			select response_id, question_id, null, at, operation_id from session_events where kind = 'move'
			on conflict (response_id, question_id) do nothing`,
		says: "a draft is there that was settled",
	},
	{ by: "update session_details set current_question_id = null", says: "question of a session" },
	{ by: "update student_responses set current_page_id = null", says: "page of a session" },
	{ by: `update session_details set place_operation_id = ${NOBODYS}`, says: "place of a session" },
	{
		by: "update session_details set language = case language when 'en' then 'ar' else 'en' end",
		says: "language of a session",
	},
	{ by: "delete from session_holders", says: "holder of a session" },
	{ by: "update session_holders set label = 'Nobody'", says: "holder of a session" },
	{ by: "update session_holders set since = '2026-01-01T00:00:00.000Z'", says: "holder of a session" },
	{
		by: "update hand_offs set used_at = null, used_operation_id = null where used_at is not null",
		says: "the use of a code differs",
	},
	{
		by: `update hand_offs set used_at = created_at, used_operation_id = ${NOBODYS} where used_at is null`,
		says: "the use of a code differs",
	},
	{ by: "update hand_offs set failed_guesses = 4", says: "a guess at a code" },
	{
		by: `update hand_offs set operation_id = ${NOBODYS} where ${newest("hand_offs")}`,
		says: "nobody asked for",
	},
];

/** What an engine itself says of its file or its indexes. */
const CORRUPT = {
	sqlite: {
		by: `delete from student_responses where ${newest("student_responses")}`,
		says: "foreign keys are violated",
	},
	postgres: {
		// An index that is told not to be kept up misses the new row. XX001 is what amcheck says then: data_corrupted.
		by: `update pg_index set indisready = false where indexrelid = 'idx_hand_offs_selector'::regclass;
			insert into hand_offs (response_id, operation_id, selector, verifier_hash, created_at, expires_at)
				select response_id, operation_id || 'x', 'ZZZZ', '', created_at, expires_at from hand_offs limit 1;
			update pg_index set indisready = true where indexrelid = 'idx_hand_offs_selector'::regclass`,
		says: "XX001",
	},
} as const;

export function damagesOn(engine: keyof typeof CORRUPT): Damage[] {
	return [
		...LOST.map((damage) => ({ ...damage, finds: "lost" as const })),
		...TORN.map((damage) => ({ ...damage, finds: "torn" as const })),
		{ ...CORRUPT[engine], finds: "corrupt" },
	];
}

/** Whether the comparison found a damage for what it is. */
export function isFound({ finds, says }: Damage, verdict: Verdict): boolean {
	return verdict[finds].some((complaint) => complaint.includes(says));
}

/** Every session is gone, as if it had never been. */
export const NO_SESSIONS = [...OF_A_SESSION, "student_responses"]
	.map((table) => `delete from ${table}`)
	.join(";");
