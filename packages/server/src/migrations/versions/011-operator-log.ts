import { sql } from "kysely";
import type { Migration, Task } from "../migration.ts";
import { change, createTable } from "../steps/steps.ts";

const NUMBER = 11;
const HEAD = "operator_log_head";

const beginLog: Task = {
	name: "begin_operator_log",
	version: 1,
	async run(tx) {
		await sql`INSERT INTO ${sql.table(HEAD)} (id, events, hash) VALUES (1, 0, '')`.execute(tx);
	},
};

/** What operators did, as a chain of hashes, and its head: how many there are and the hash of the last one. */
export const operatorLog: Migration = {
	number: NUMBER,
	name: "operator_log",
	steps: [
		createTable(
			NUMBER,
			"operator_events",
			// No check on the kinds: the accounts of a console are more kinds of actors and acts.
			`sequence INTEGER NOT NULL PRIMARY KEY,
			at TIME NOT NULL,
			actor_kind TEXT NOT NULL,
			actor TEXT NOT NULL,
			account_id INTEGER,
			action TEXT NOT NULL,
			target TEXT,
			reason TEXT,
			details TEXT NOT NULL CONSTRAINT ck_operator_events_details CHECK (json_valid(details)),
			inverse TEXT CONSTRAINT ck_operator_events_inverse CHECK (json_valid(inverse)),
			previous_hash TEXT NOT NULL,
			hash TEXT NOT NULL`,
		),
		// One row, which whoever appends updates first: so appending processes wait for each other.
		createTable(
			NUMBER,
			HEAD,
			`id INTEGER NOT NULL PRIMARY KEY,
			events INTEGER NOT NULL CONSTRAINT ck_operator_log_head_events CHECK (events >= 0),
			hash TEXT NOT NULL`,
		),
		change({
			id: "first_head",
			about: "begins the operators' log",
			probe: {
				rows: async (db, _means, catalogue) => {
					if (!catalogue.has(HEAD)) return "todo";
					const { rows } = await sql`SELECT 1 FROM ${sql.table(HEAD)} LIMIT 1`.execute(db);
					return rows.length > 0 ? "done" : "todo";
				},
			},
			actions: { sqlite: [beginLog], postgres: [beginLog] },
		}),
	],
};
