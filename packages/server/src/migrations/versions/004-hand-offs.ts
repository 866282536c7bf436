import type { Migration } from "../migration.ts";
import { createIndex, createTable } from "../steps/steps.ts";

/** Continuing on another device: the codes that carry a session there, and which device holds it since. */
export const handOffs: Migration = {
	number: 4,
	name: "hand_offs",
	steps: [
		// A table of its own: most sessions are never handed off, and no row of theirs has to be touched.
		createTable(
			4,
			"session_holders",
			`response_id INTEGER NOT NULL PRIMARY KEY REFERENCES student_responses (id),
			device_id TEXT NOT NULL,
			label TEXT NOT NULL,
			since TIME NOT NULL`,
		),
		createTable(
			4,
			"hand_offs",
			`id INTEGER NOT NULL PRIMARY KEY,
			response_id INTEGER NOT NULL REFERENCES student_responses (id),
			operation_id TEXT NOT NULL,
			selector TEXT NOT NULL,
			verifier_hash TEXT NOT NULL,
			created_at TIME NOT NULL,
			expires_at TIME NOT NULL,
			used_at TIME,
			used_operation_id TEXT,
			failed_guesses INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_hand_offs_failed_guesses CHECK (failed_guesses >= 0)`,
		),
		createIndex("idx_hand_offs_selector", "hand_offs", ["selector"], { unique: true }),
		createIndex("idx_hand_offs_operation", "hand_offs", ["response_id", "operation_id"], { unique: true }),
	],
};
