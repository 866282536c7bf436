import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Migration, Task } from "../migration.ts";
import { change, createTable } from "../steps/steps.ts";

const TABLE = "database_incarnations";

const mintIncarnation: Task = {
	name: "mint_incarnation",
	version: 1,
	async run(tx, { dialect }) {
		const now = sql.raw(dialect.now);
		await sql`INSERT INTO ${sql.table(TABLE)} (incarnation, since) VALUES (${randomUUID()}, ${now})`.execute(
			tx,
		);
	},
};

/** Names what the database holds, so that clients notice when an older backup has taken its place. */
export const incarnation: Migration = {
	number: 6,
	name: "incarnation",
	steps: [
		createTable(
			6,
			TABLE,
			`id INTEGER NOT NULL PRIMARY KEY,
			incarnation TEXT NOT NULL,
			since TIME NOT NULL`,
		),
		change({
			id: "first_incarnation",
			about: "gives the database its first incarnation id",
			probe: {
				rows: async (db, _means, catalogue) => {
					if (!catalogue.has(TABLE)) return "todo";
					const { rows } = await sql`SELECT 1 FROM ${sql.table(TABLE)} LIMIT 1`.execute(db);
					return rows.length > 0 ? "done" : "todo";
				},
			},
			actions: { sqlite: [mintIncarnation], postgres: [mintIncarnation] },
		}),
	],
};
