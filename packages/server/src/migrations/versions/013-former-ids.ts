import type { Migration, WholeStep } from "../migration.ts";
import { followMovedSessions } from "../steps/moved-sessions.ts";
import { createIndex, createTable } from "../steps/steps.ts";

const NUMBER = 13;

const table = createTable(
	NUMBER,
	"session_former_ids",
	`former_id_hash TEXT NOT NULL PRIMARY KEY,
	response_id INTEGER NOT NULL REFERENCES student_responses (id),
	operation_id TEXT NOT NULL,
	moved_at TIME NOT NULL`,
);

/** While the former ids are still at hand, what earlier migrations keep learns which session is which. */
function undoneAfterFollowing(step: WholeStep): WholeStep {
	const { sqlite, postgres } = step.undo ?? { sqlite: [], postgres: [] };
	return {
		...step,
		undo: { sqlite: [followMovedSessions, ...sqlite], postgres: [followMovedSessions, ...postgres] },
	};
}

/** The ids that sessions had before their students left other devices. */
export const formerIds: Migration = {
	number: NUMBER,
	name: "former_ids",
	steps: [
		undoneAfterFollowing(table),
		createIndex("idx_session_former_ids_response", "session_former_ids", ["response_id"]),
	],
};
