import type { Column } from "./catalogue.ts";
import type { Action, Migration } from "./migration.ts";
import { columnExists, columnIs } from "./probes.ts";
import { createIndex } from "./steps.ts";

const ISO = "%Y-%m-%dT%H:%M:%fZ";
const NOW = `strftime('${ISO}','now')`;

/** The existing product wrote `YYYY-MM-DD HH:MM:SS`, which sorts among ISO texts wrongly. What is no time stays as found. */
function normaliseTime(column: "created_at" | "completed_at"): Action {
	return `UPDATE student_responses SET ${column} = strftime('${ISO}', ${column})
		WHERE strftime('${ISO}', ${column}) IS NOT NULL AND ${column} <> strftime('${ISO}', ${column})`;
}

/**
 * The newest moment that is known of a response, never the moment of the migration: that would give every old session
 * thirty more days. A response of which no time is known counts as old.
 */
const LAST_KNOWN = `max(
	coalesce(strftime('${ISO}', completed_at), '1970-01-01T00:00:00.000Z'),
	coalesce(strftime('${ISO}', created_at), '1970-01-01T00:00:00.000Z'))`;

/** What the phase 1 document asks for, with its names, in a form that also works on a table with rows. */
export const phase1SessionManagement: Migration = {
	number: 2,
	name: "phase_1_session_management",
	steps: [
		{
			id: "column_status",
			probe: columnExists("student_responses", "status", wrongStatus),
			sqlite: [
				`ALTER TABLE student_responses ADD COLUMN status TEXT NOT NULL DEFAULT 'active'
				CHECK (status IN ('active', 'completed', 'user_abandoned_not_completed'))`,
			],
		},
		{
			id: "status_of_finished_responses",
			probe: "ledger",
			sqlite: [
				`UPDATE student_responses SET status = 'completed'
				WHERE completed_at IS NOT NULL AND status <> 'completed'`,
			],
		},
		{
			id: "times_in_one_format",
			probe: "ledger",
			sqlite: [normaliseTime("created_at"), normaliseTime("completed_at")],
		},
		{
			id: "column_last_activity",
			probe: columnExists("student_responses", "last_activity"),
			sqlite: ["ALTER TABLE student_responses ADD COLUMN last_activity TIMESTAMP"],
		},
		{
			id: "last_activity_of_existing_responses",
			probe: "ledger",
			sqlite: [`UPDATE student_responses SET last_activity = ${LAST_KNOWN} WHERE last_activity IS NULL`],
		},
		{
			id: "default_of_last_activity",
			probe: columnIs("student_responses", "last_activity", (column) => column.default === NOW),
			sqlite: [
				{ set_default: { table: "student_responses", column: "last_activity", expression: NOW } },
				"ALTER TABLE student_responses ALTER COLUMN last_activity SET NOT NULL",
			],
		},
		{
			id: "column_current_page_id",
			probe: columnExists("student_responses", "current_page_id"),
			sqlite: ["ALTER TABLE student_responses ADD COLUMN current_page_id INTEGER REFERENCES pages (id)"],
		},
		createIndex("idx_student_responses_status", "student_responses", ["status"]),
		createIndex("idx_student_responses_current_page", "student_responses", ["current_page_id"]),
	],
};

function wrongStatus(column: Column): string | null {
	if (!column.not_null) return "may be empty";
	return column.default === "'active'" ? null : `has the default ${column.default ?? "nothing"}`;
}
