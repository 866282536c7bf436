import type { Migration } from "../migration.ts";
import { createIndex, createTable } from "../steps/steps.ts";

const NUMBER = 14;

/** What students declared to which notice, and what those notices said. */
export const consents: Migration = {
	number: NUMBER,
	name: "consents",
	steps: [
		createTable(
			NUMBER,
			"notice_versions",
			`version TEXT NOT NULL PRIMARY KEY,
			content TEXT NOT NULL,
			since TIME NOT NULL`,
		),
		// The version is no foreign key: nothing deletes a notice, and the reference would need an index.
		createTable(
			NUMBER,
			"session_consents",
			`id INTEGER NOT NULL PRIMARY KEY,
			response_id INTEGER NOT NULL REFERENCES student_responses (id),
			operation_id TEXT NOT NULL,
			notice_version TEXT NOT NULL,
			language TEXT NOT NULL,
			kind TEXT NOT NULL,
			given_at TIME NOT NULL,
			withdrawn_at TIME,
			withdrawn_by TEXT`,
		),
		createIndex("idx_session_consents_operation", "session_consents", ["response_id", "operation_id"], {
			unique: true,
		}),
	],
};
