import { sql } from "kysely";
import type { Migration, Task } from "../migration.ts";
import { change, createIndex, createTable } from "../steps/steps.ts";

const NUMBER = 12;
const RUNS = "retention_runs";

const enterRuns: Task = {
	name: "enter_retention_runs",
	version: 1,
	async run(tx) {
		await sql`INSERT INTO ${sql.table(RUNS)} (id) VALUES (1)`.execute(tx);
	},
};

/** The end of personal data: who asked for it, when it is looked after, what is gone and must stay gone. */
export const privacy: Migration = {
	number: NUMBER,
	name: "privacy",
	steps: [
		// No foreign key: the session that a hash stands for is gone.
		createTable(
			NUMBER,
			"erasures",
			`session_hash TEXT NOT NULL PRIMARY KEY,
			key_id TEXT NOT NULL,
			erased_at TIME NOT NULL`,
		),
		createTable(
			NUMBER,
			"erasure_requests",
			`id INTEGER NOT NULL PRIMARY KEY,
			response_id INTEGER NOT NULL REFERENCES student_responses (id),
			operation_id TEXT NOT NULL,
			requested_at TIME NOT NULL,
			due_at TIME NOT NULL,
			undone_at TIME`,
		),
		createIndex("idx_erasure_requests_operation", "erasure_requests", ["response_id", "operation_id"], {
			unique: true,
		}),
		createIndex("idx_erasure_requests_due", "erasure_requests", ["due_at"], { where: "undone_at IS NULL" }),
		// One row: which process removes what has had its day, and until when it has the say.
		createTable(
			NUMBER,
			RUNS,
			`id INTEGER NOT NULL PRIMARY KEY,
			began_at TIME,
			lease_ends_at TIME,
			finished_at TIME`,
		),
		change({
			id: "first_run",
			about: "enters the row of retention runs",
			probe: {
				rows: async (db, _means, catalogue) => {
					if (!catalogue.has(RUNS)) return "todo";
					const { rows } = await sql`SELECT 1 FROM ${sql.table(RUNS)} LIMIT 1`.execute(db);
					return rows.length > 0 ? "done" : "todo";
				},
			},
			actions: { sqlite: [enterRuns], postgres: [enterRuns] },
		}),
	],
};
