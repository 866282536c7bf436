import { sql } from "kysely";
import type { Database } from "../dialect.ts";
import { LEDGER, type Schema } from "../schema.ts";
import { StorageUnavailable } from "../store.ts";

/** Every table that the server reads and writes; a table that is forgotten here is a compile error. */
const SERVED: Readonly<Record<keyof Schema, true>> = {
	student_responses: true,
	pages: true,
	questions: true,
	question_answers: true,
	assessment_scores: true,
	feedbacks: true,
	assessments: true,
	assessment_versions: true,
	session_details: true,
	session_events: true,
	session_drafts: true,
	session_devices: true,
	session_holders: true,
	hand_offs: true,
	database_incarnations: true,
	operator_events: true,
	operator_log_head: true,
	erasures: true,
	erasure_requests: true,
	retention_runs: true,
};
const SERVED_TABLES = Object.keys(SERVED);

const TABLE_RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const SEQUENCE_RIGHTS = ["USAGE", "SELECT", "UPDATE"];

/**
 * The tables that `serve` uses and that are not there: a migration was undone while the server runs. Empty on
 * SQLite, where that is refused.
 */
async function missingTables(database: Database): Promise<readonly string[]> {
	if (database.dialect.isEmbedded) return [];
	const { rows } = await sql<{ name: string }>`
		SELECT name FROM unnest(${sql.val(SERVED_TABLES)}::text[]) AS name
		WHERE to_regclass(quote_ident(name)) IS NULL ORDER BY name`.execute(database.db);
	return rows.map(({ name }) => name);
}

type Lack = { role: string; rights: string; object: string };

/**
 * The statements that give the role of this connection what `serve` needs, for the owner of the tables to
 * run. A table that is not there is not reported: that is a matter for the migrations.
 * @returns an empty list when nothing is missing, and always on SQLite
 * @example ["GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE session_holders TO carhythm;"]
 */
export async function missingGrants(database: Database): Promise<readonly string[]> {
	if (database.dialect.isEmbedded) return [];
	const { rows } = await sql<Lack>`
		WITH served AS (
			SELECT c.oid, c.relname, ${sql.val(TABLE_RIGHTS)}::text[] AS needed
			FROM pg_catalog.pg_class c
			WHERE c.oid = ANY (SELECT to_regclass(quote_ident(name)) FROM unnest(${sql.val(SERVED_TABLES)}::text[]) AS name)
			UNION ALL
			SELECT to_regclass(${LEDGER}), ${LEDGER}, '{SELECT}'::text[] WHERE to_regclass(${LEDGER}) IS NOT NULL
		), owned AS (
			SELECT DISTINCT s.oid, s.relname
			FROM served t
			JOIN pg_catalog.pg_depend d ON d.refobjid = t.oid AND d.deptype IN ('a', 'i')
			JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
			WHERE t.relname <> ${LEDGER}
		), lacking AS (
			SELECT 'TABLE ' || quote_ident(relname) AS object,
				ARRAY(SELECT n FROM unnest(needed) AS n WHERE NOT has_table_privilege(oid, n)) AS rights
			FROM served
			UNION ALL
			SELECT 'SEQUENCE ' || quote_ident(relname),
				ARRAY(SELECT n FROM unnest(${sql.val(SEQUENCE_RIGHTS)}::text[]) AS n WHERE NOT has_sequence_privilege(oid, n))
			FROM owned
		)
		SELECT quote_ident(current_user) AS role, array_to_string(rights, ', ') AS rights, object
		FROM lacking WHERE cardinality(rights) > 0
		ORDER BY object DESC`.execute(database.db);
	return rows.map(({ role, rights, object }) => `GRANT ${rights} ON ${object} TO ${role};`);
}

/** Where operators read how the roles are set up. */
const DOCUMENTED = 'docs/operation.md, "PostgreSQL"';

/** What a missing right is called where the server starts. */
export function rightsSentence(missing: readonly string[]): string {
	return `The role of DATABASE_URL lacks rights. Run this as the owner of the tables: ${missing.join(" ")} (${DOCUMENTED}, shows how later tables get them by themselves.)`;
}

/**
 * Looks whether the server can do all that it may be asked for, after migrations that ran since it started.
 * @throws StorageUnavailable whose reason says what to run
 */
export async function requireServable(database: Database): Promise<void> {
	const tables = await missingTables(database);
	if (tables.length > 0) {
		const reason = `the tables ${tables.join(", ")} are not there, because a migration was undone. "carhythm migrate up" brings them back.`;
		throw new StorageUnavailable(`The database cannot be used: ${reason}`, { reason });
	}
	const grants = await missingGrants(database);
	if (grants.length > 0) {
		const reason = `the server's role lacks rights. As the owner of the tables run: ${grants.join(" ")}`;
		throw new StorageUnavailable(`The database cannot be used: ${reason}`, { reason });
	}
}
