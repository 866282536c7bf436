import { createAdoptedSessions, repairs } from "../adoption/steps.ts";
import type { Migration } from "../migration.ts";
import { createIndex, createTable } from "../steps/steps.ts";

/**
 * What this program adds: assessment versions, the history of every session, drafts. What the existing
 * product left is put right and taken over.
 */
export const sessions: Migration = {
	number: 3,
	name: "sessions",
	steps: [
		createTable(
			3,
			"assessments",
			`key TEXT NOT NULL PRIMARY KEY,
			is_default INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_assessments_is_default CHECK (is_default IN (0, 1)),
			created_at TIME NOT NULL`,
		),
		createIndex("idx_assessments_one_default", "assessments", ["is_default"], {
			unique: true,
			where: "is_default = 1",
		}),
		createTable(
			3,
			"assessment_versions",
			`id INTEGER NOT NULL PRIMARY KEY,
			assessment_key TEXT NOT NULL REFERENCES assessments (key),
			version INTEGER NOT NULL CONSTRAINT ck_assessment_versions_version CHECK (version >= 1),
			definition TEXT NOT NULL CONSTRAINT ck_assessment_versions_definition CHECK (json_valid(definition)),
			scoring TEXT CONSTRAINT ck_assessment_versions_scoring CHECK (json_valid(scoring)),
			content_hash TEXT NOT NULL,
			created_at TIME NOT NULL`,
		),
		createIndex("idx_assessment_versions_key_version", "assessment_versions", ["assessment_key", "version"], {
			unique: true,
		}),
		createTable(
			3,
			"session_details",
			`response_id INTEGER NOT NULL PRIMARY KEY REFERENCES student_responses (id),
			display_id TEXT NOT NULL,
			assessment_version_id INTEGER NOT NULL REFERENCES assessment_versions (id),
			language TEXT NOT NULL CONSTRAINT ck_session_details_language CHECK (language IN ('en', 'ar')),
			language_chosen_at TIME,
			language_operation_id TEXT,
			current_question_id INTEGER REFERENCES questions (id),
			place_at TIME,
			place_operation_id TEXT,
			revision INTEGER NOT NULL CONSTRAINT ck_session_details_revision CHECK (revision >= 0),
			answered INTEGER NOT NULL CONSTRAINT ck_session_details_answered CHECK (answered >= 0),
			ever_answered INTEGER NOT NULL CONSTRAINT ck_session_details_ever_answered CHECK (ever_answered >= answered),
			device_id TEXT,
			device_time TIME,
			device_at TIME,
			start_operation_id TEXT,
			start_fingerprint TEXT,
			replaced_by INTEGER REFERENCES student_responses (id),
			abandoned_at TIME,
			adopted_at TIME`,
		),
		createIndex("idx_session_details_display_id", "session_details", ["display_id"], { unique: true }),
		createIndex("idx_session_details_start_operation_id", "session_details", ["start_operation_id"], {
			unique: true,
		}),
		createIndex("idx_session_details_assessment_version_id", "session_details", ["assessment_version_id"]),
		createIndex("idx_session_details_replaced_by", "session_details", ["replaced_by"], {
			where: "replaced_by IS NOT NULL",
		}),
		createTable(
			3,
			"session_events",
			// No foreign key on question_id: what came too late is kept as it came, whatever question it names.
			`id INTEGER NOT NULL PRIMARY KEY,
			response_id INTEGER NOT NULL REFERENCES student_responses (id),
			revision INTEGER NOT NULL CONSTRAINT ck_session_events_revision CHECK (revision >= 1),
			operation_id TEXT NOT NULL,
			kind TEXT NOT NULL,
			question_id INTEGER,
			value TEXT CONSTRAINT ck_session_events_value CHECK (json_valid(value)),
			at TIME NOT NULL,
			client_time TIME,
			received_at TIME NOT NULL,
			outcome TEXT NOT NULL CONSTRAINT ck_session_events_outcome CHECK (outcome IN ('applied', 'superseded', 'late')),
			fingerprint TEXT NOT NULL,
			result TEXT NOT NULL CONSTRAINT ck_session_events_result CHECK (json_valid(result))`,
		),
		createIndex("idx_session_events_operation", "session_events", ["response_id", "operation_id"], {
			unique: true,
		}),
		// The newest answer to a question comes first, however often it was changed.
		createIndex(
			"idx_session_events_answers",
			"session_events",
			["response_id", "question_id", "at", "operation_id"],
			{ where: "kind IN ('answer', 'clear')" },
		),
		createTable(
			3,
			"session_drafts",
			`response_id INTEGER NOT NULL REFERENCES student_responses (id),
			question_id INTEGER NOT NULL REFERENCES questions (id),
			value TEXT CONSTRAINT ck_session_drafts_value CHECK (json_valid(value)),
			at TIME NOT NULL,
			operation_id TEXT NOT NULL,
			PRIMARY KEY (response_id, question_id)`,
		),
		...repairs,
		createIndex("idx_assessment_scores_response_id", "assessment_scores", ["response_id"]),
		createIndex("idx_questions_page_id", "questions", ["page_id"]),
		createIndex("idx_question_answers_question", "question_answers", ["response_id", "question_id"], {
			unique: true,
		}),
		...createAdoptedSessions,
	],
};
