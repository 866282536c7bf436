import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { ledgerOf } from "../../migrations/steps/run-context.ts";
import { readSystemCatalogue } from "../../migrations/system-catalogue/read-catalogue.ts";
import { fingerprint, shapeOf } from "../../migrations/system-catalogue/shape.ts";

export type Contents = { fingerprint: string; tables: Record<string, string>; sound: readonly unknown[] };

/** What a time or a random number decides. */
const BY_CHANCE: Readonly<Record<string, readonly string[]>> = {
	database_incarnations: ["incarnation", "since"],
	assessments: ["created_at"],
	assessment_versions: ["created_at"],
	session_details: ["display_id", "adopted_at"],
};

/** What does not tell of times and interruptions. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
	migration_ledger: ["migration", "step", "checksum", "cursor", "target"],
	migration_kept: ["table_name", "rows"],
};

/**
 * Everything of a database that two runs must agree on: its schema, and the rows of every table as a count
 * and a hash.
 */
export async function contentsOf(database: Database): Promise<Contents> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	const tables: Record<string, string> = {};
	for (const [name, table] of [...catalogue].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const columns =
			ONLY[name] ?? [...table.columns.keys()].filter((column) => !BY_CHANCE[name]?.includes(column));
		const { rows } = await sql
			.raw<object>(`SELECT ${columns.map((column) => `"${column}"`).join(", ")} FROM "${name}"`)
			.execute(db);
		const lines = rows.map((row) => JSON.stringify(row)).sort();
		tables[name] = `${rows.length} ${createHash("sha256").update(lines.join("\n")).digest("hex")}`;
	}
	const sound =
		database.dialect.name === "sqlite"
			? (await sql`PRAGMA integrity_check`.execute(db)).rows
			: (await sql`SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid`.execute(db)).rows;
	return { fingerprint: fingerprint(shapeOf(catalogue)), tables, sound };
}
