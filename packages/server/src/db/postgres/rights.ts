import { sql } from "kysely";
import type { Database } from "../dialect.ts";
import { KEPT, LEDGER, OF_A_SESSION, type Schema, SERVED_TABLES } from "../schema.ts";
import { StorageUnavailable } from "../store.ts";
import { inTransaction } from "../transaction.ts";

type Right = "SELECT" | "INSERT" | "UPDATE" | "DELETE";
type Rights = {
	rights: readonly Right[];
	/** The only columns that may be changed, where a row otherwise stays as it is. */
	update?: readonly string[];
};

const READ: Rights = { rights: ["SELECT"] };
const CHANGE: Rights = { rights: ["SELECT", "INSERT", "UPDATE"] };
const REPLACE: Rights = { rights: ["SELECT", "INSERT", "UPDATE", "DELETE"] };

/**
 * What `serve` does to each of its tables, and nothing more. Content is added by the owner; a session is erased
 * by the owner, or by a role that was given {@link PURGES} too. A table that is forgotten here is a compile error, a right that is forgotten fails the test
 * that serves with these rights alone.
 */
const NEEDED: Readonly<Record<keyof Schema, Rights>> = {
	student_responses: CHANGE,
	session_details: CHANGE,
	assessment_scores: CHANGE,
	// Its row is taken away and put back while the id of its session changes.
	feedbacks: REPLACE,
	session_holders: CHANGE,
	session_sizes: CHANGE,
	// Codes are deleted after their day, devices when newer ones have written.
	hand_offs: REPLACE,
	session_devices: REPLACE,
	// An answer that is cleared has no row, nor has a draft that was submitted.
	question_answers: REPLACE,
	session_drafts: REPLACE,
	// The history is only appended to. What came late is marked once it is applied.
	session_events: { rights: ["SELECT", "INSERT"], update: ["outcome", "at", "value", "result"] },
	pages: READ,
	questions: READ,
	assessments: READ,
	assessment_versions: READ,
	database_incarnations: READ,
	// Rows are only added; the head is the one row that changes.
	operator_events: { rights: ["SELECT", "INSERT"] },
	operator_log_head: { rights: ["SELECT", "UPDATE"] },
	session_former_ids: { rights: ["SELECT", "INSERT"] },
	erasures: { rights: ["SELECT", "INSERT"] },
	erasure_requests: CHANGE,
	notice_versions: { rights: ["SELECT", "INSERT"] },
	session_consents: { rights: ["SELECT", "INSERT"], update: ["withdrawn_at", "withdrawn_by"] },
	retention_runs: { rights: ["SELECT", "UPDATE"] },
};

/** One right on one table, or on one of its columns. */
type Need = { place: string; needed: string; col: string | null };

const NEEDS: readonly Need[] = [
	{ place: LEDGER, needed: "SELECT", col: null },
	...SERVED_TABLES.flatMap((place): Need[] => [
		...NEEDED[place].rights.map((needed) => ({ place, needed, col: null })),
		...(NEEDED[place].update ?? []).map((col) => ({ place, needed: "UPDATE", col })),
	]),
];

/**
 * What erasing a session and removing what has had its day needs on top. The price: a server with these rights
 * can delete the history, which is otherwise only appended to.
 */
const PURGES: readonly Need[] = [...OF_A_SESSION, "feedbacks" as const, "student_responses" as const]
	.filter((place) => !NEEDED[place].rights.includes("DELETE"))
	.map((place) => ({ place, needed: "DELETE", col: null }));

/** A right on an object, in the words of GRANT. */
type Grant = { rights: string; object: string };

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

/**
 * The statements that give the role of this connection what `serve` needs, for the owner of the tables to
 * run. A table that is not there is not reported: that is a matter for the migrations.
 * @returns an empty list when nothing is missing, and always on SQLite
 * @example ["GRANT SELECT, INSERT, UPDATE ON TABLE session_holders TO carhythm;"]
 */
export async function missingGrants(database: Database): Promise<readonly string[]> {
	if (database.dialect.isEmbedded) return [];
	const { rows } = await sql<{ role: string; schema: string | null }>`
		SELECT quote_ident(current_user) AS role, current_schema() AS schema`.execute(database.db);
	const [{ role, schema } = { role: "", schema: null }] = rows;
	// Without USAGE on it, PostgreSQL passes a schema over as if it were not there.
	if (schema === null) return [`GRANT USAGE ON SCHEMA public TO ${role};`];
	return grantsOf(await grantsWhere(database, NEEDS, sql`NOT granted`), role);
}

/**
 * The statements that give the role of this connection what removing sessions needs beyond serving: a server
 * without them serves all the same, and its operator purges as the owner.
 * @returns an empty list when nothing is missing, and always on SQLite
 * @example ["GRANT DELETE ON TABLE session_events TO carhythm;"]
 */
export async function missingPurgeGrants(database: Database): Promise<readonly string[]> {
	if (database.dialect.isEmbedded) return [];
	const { rows } = await sql<{ role: string }>`SELECT quote_ident(current_user) AS role`.execute(database.db);
	const missing = await grantsWhere(database, await purgeNeeds(database), sql`NOT granted`);
	return grantsOf(missing, rows[0]?.role ?? "");
}

/** What undone migrations keep of sessions is erased with them, so its tables count too. */
async function purgeNeeds(database: Database): Promise<readonly Need[]> {
	const { rows: readable } = await sql`
		SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass(${KEPT}) AND has_table_privilege(oid, 'SELECT')`.execute(
		database.db,
	);
	const { rows: kept } =
		readable.length === 0
			? { rows: [] }
			: await sql<{ table_name: string }>`SELECT table_name FROM ${sql.id(KEPT)}`.execute(database.db);
	return [
		...PURGES,
		{ place: KEPT, needed: "SELECT", col: null },
		...kept.flatMap(({ table_name }) =>
			["SELECT", "DELETE"].map((needed) => ({ place: table_name, needed, col: null })),
		),
	];
}

function grantsOf(grants: readonly Grant[], role: string): string[] {
	return grants.map(({ rights, object }) => `GRANT ${rights} ON ${object} TO ${role};`);
}

/** What is needed, object by object, as far as `condition` chooses it. */
async function grantsWhere(
	database: Database,
	needs: readonly Need[],
	condition: ReturnType<typeof sql>,
): Promise<Grant[]> {
	const { rows } = await sql<Grant>`
		WITH needs AS (
			SELECT n.place, n.needed, n.col, n.ordinal, to_regclass(quote_ident(n.place)) AS oid
			FROM unnest(${sql.val(needs.map(({ place }) => place))}::text[],
				${sql.val(needs.map(({ needed }) => needed))}::text[],
				${sql.val(needs.map(({ col }) => col))}::text[]) WITH ORDINALITY AS n (place, needed, col, ordinal)
		), on_tables AS (
			SELECT 'TABLE ' || quote_ident(place) AS object, needed, col, ordinal,
				CASE WHEN col IS NULL THEN has_table_privilege(oid, needed)
					ELSE has_column_privilege(oid, col, needed) END AS granted
			FROM needs WHERE oid IS NOT NULL
		), on_sequences AS (
			SELECT DISTINCT 'SEQUENCE ' || quote_ident(s.relname) AS object, 'USAGE' AS needed, NULL AS col,
				0::bigint AS ordinal, CASE WHEN s.relkind = 'S' THEN has_sequence_privilege(s.oid, 'USAGE') END AS granted
			FROM needs n
			JOIN pg_catalog.pg_depend d ON d.refobjid = n.oid AND d.deptype IN ('a', 'i')
			JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
			WHERE n.needed = 'INSERT'
		), lines AS (
			SELECT object, needed || coalesce(' (' || string_agg(quote_ident(col), ', ' ORDER BY ordinal) || ')', '') AS right_on,
				min(ordinal) AS ordinal
			FROM (SELECT * FROM on_tables UNION ALL SELECT * FROM on_sequences) AS needed
			WHERE ${condition}
			GROUP BY object, needed, col IS NULL
		)
		SELECT string_agg(right_on, ', ' ORDER BY ordinal) AS rights, object
		FROM lines GROUP BY object ORDER BY object DESC`.execute(database.db);
	return rows;
}

/**
 * The script that gives a role what `serve` needs and takes everything else from it, for the owner of the
 * tables to run. With `purges` the role may also erase sessions and remove what has had its day.
 */
export async function grantScript(
	database: Database,
	role: string,
	{ purges = false } = {},
): Promise<readonly string[]> {
	const { rows } = await sql<{ role: string; database: string; schema: string; owner: string }>`
		SELECT quote_ident(${role}) AS role, quote_ident(current_database()) AS database,
			quote_ident(current_schema()) AS schema, quote_ident(pg_get_userbyid(relowner)) AS owner
		FROM pg_catalog.pg_class WHERE oid = to_regclass(${LEDGER})`.execute(database.db);
	const [found] = rows;
	if (!found) throw new Error("A database that is up to date has a ledger.");
	const needs = purges ? [...NEEDS, ...(await purgeNeeds(database))] : NEEDS;
	const grants = await grantsWhere(database, needs, sql`true`);
	const { schema, owner } = found;
	const later = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA ${schema}`;
	return [
		"BEGIN;",
		"-- Whatever it may do so far in this schema, as in the table admins of another program.",
		`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${found.role};`,
		`REVOKE ALL ON ALL SEQUENCES IN SCHEMA ${schema} FROM ${found.role};`,
		`REVOKE CREATE ON SCHEMA ${schema} FROM ${found.role};`,
		purges
			? "-- What carhythm serve does, and carhythm purge and session erase."
			: "-- What carhythm serve does.",
		`GRANT CONNECT ON DATABASE ${found.database} TO ${found.role};`,
		`GRANT USAGE ON SCHEMA ${schema} TO ${found.role};`,
		...grantsOf(grants, found.role),
		"-- So that the server goes on while a migration makes tables. Run this script again after an upgrade.",
		`${later} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${found.role};`,
		`${later} GRANT USAGE ON SEQUENCES TO ${found.role};`,
		"COMMIT;",
	];
}

/** Runs a script of {@link grantScript}, all of it or nothing. */
export async function runGrants(database: Database, script: readonly string[]): Promise<void> {
	const statements = script.filter((line) => !/^(--|BEGIN;|COMMIT;)/.test(line));
	await inTransaction(database, async (tx) => {
		for (const statement of statements) await sql.raw(statement).execute(tx);
	});
}

/** What a missing right is called where the server starts. */
export function rightsSentence(missing: readonly string[]): string {
	return `The role of DATABASE_URL lacks rights. Run this as the owner of the tables: ${missing.join(" ")} ("carhythm grants --role NAME" prints all that it needs; docs/operation.md, "PostgreSQL".)`;
}

/** What a role that may not remove sessions is told where the server starts. */
export const PURGE_SENTENCE =
	'The role of DATABASE_URL may not delete sessions, so nothing is removed by itself here. Run "carhythm purge --yes" each night as the owner of the tables, or give the role the rights with "carhythm grants --role NAME --with-purge" (docs/operation.md, "PostgreSQL").';

/**
 * Looks whether the server can do all that it may be asked for, after migrations that ran since it started.
 * @throws StorageUnavailable whose reason says what to run
 */
export async function requireServable(database: Database): Promise<void> {
	const grants = await missingGrants(database);
	const tables = await missingTables(database);
	// A schema that may not be used looks like one without tables.
	const isHidden = grants.some((grant) => grant.includes(" ON SCHEMA "));
	if (tables.length > 0 && !isHidden) {
		const reason = `the tables ${tables.join(", ")} are not there, because a migration was undone. "carhythm migrate up" brings them back.`;
		throw new StorageUnavailable(`The database cannot be used: ${reason}`, { reason });
	}
	if (grants.length > 0) {
		const reason = `the server's role lacks rights. As the owner of the tables run: ${grants.join(" ")}`;
		throw new StorageUnavailable(`The database cannot be used: ${reason}`, { reason });
	}
}
