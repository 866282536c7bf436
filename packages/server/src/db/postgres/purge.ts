import type { Pool } from "pg";
import { poll } from "../../retry.ts";
import type { Purged } from "../dialect.ts";
import { asStorageError, errorCode } from "../errors.ts";
import { KEPT, OF_A_SESSION } from "../schema.ts";
import { UNLIMITED_MS } from "./connection-watchdog.ts";

type Client = Pick<Pool, "query">;
type Vacuumed = {
	/** The table as it is written in SQL. */
	name: string;
	owned: boolean;
};

/** Our tables that hold something of a session, those included in which undone migrations keep rows. */
async function tablesOfSessions(client: Client): Promise<Vacuumed[]> {
	const { rows: there } = await client.query("select 1 where to_regclass($1) is not null", [KEPT]);
	const kept =
		there.length === 0
			? []
			: (await client.query<{ table_name: string }>(`select table_name from ${KEPT}`)).rows;
	const names = [
		...OF_A_SESSION,
		"feedbacks",
		"student_responses",
		...kept.map(({ table_name }) => table_name),
	];
	const { rows } = await client.query<Vacuumed>(
		`select oid::regclass::text as name, pg_has_role(relowner, 'usage') as owned from pg_class
		where oid = any(select to_regclass(quote_ident(name)) from unnest($1::text[]) as t(name)) and relkind = 'r'`,
		[names],
	);
	return rows;
}

/**
 * Tables of other programs whose rows go with a session, by foreign keys, as far as this user may vacuum them.
 * In those of others the rows are dead as well, and their own vacuum takes them out.
 */
async function tablesBoundToSessions(client: Client, ours: readonly Vacuumed[]): Promise<Vacuumed[]> {
	const { rows } = await client.query<Vacuumed>(
		`with recursive bound (oid) as (
			select unnest($1::text[])::regclass::oid
			union
			select k.conrelid from pg_constraint k join bound on k.confrelid = bound.oid where k.contype = 'f'
		)
		select c.oid::regclass::text as name, true as owned
		from pg_class c join bound on bound.oid = c.oid
		where c.relkind = 'r' and pg_has_role(c.relowner, 'usage') and c.oid::regclass::text <> all($1::text[])`,
		[ours.map(({ name }) => name)],
	);
	return rows;
}

const PATIENCE_MS = 6000;
const PAUSE_MS = 250;

const REMAINS =
	"No query and no dump of the database finds it any more. The space that it took on the server's disk is overwritten when it is used again; the server's write-ahead log, archives of it and backups keep what they hold.";

/**
 * Takes deleted rows out of their tables and indexes, once no transaction can see them any more. What they
 * were stays in the unused space of their pages until something else is written there; only rewriting whole
 * tables would remove that, with everyone locked out meanwhile.
 */
export async function purgePostgres(pool: Pool): Promise<Purged> {
	const client = await pool.connect();
	try {
		const tables = await tablesOfSessions(client);
		const table = tables.find(({ owned }) => !owned);
		if (table) {
			const reason = `this user does not own the table ${table.name}`;
			return { clean: false, reason, needs_owner: true };
		}
		const { rows } = await client.query<{ xid: string }>("select pg_current_xact_id()::xid::text as xid");
		const hasReaders = await poll(() => isInThePast(client, rows[0]?.xid ?? "0"), {
			isDone: (found) => !found,
			patience_ms: PATIENCE_MS,
			pause: { first_ms: PAUSE_MS },
		});
		if (hasReaders) return { clean: false, reason: "another program is still reading the database" };
		for (const { name } of [...tables, ...(await tablesBoundToSessions(client, tables))]) {
			// The statistics hold values too, the most common ones.
			const text = `vacuum (index_cleanup on, truncate on, analyze) ${name}`;
			const vacuum = { text, query_timeout: UNLIMITED_MS };
			await client.query(vacuum);
		}
		return { clean: true, remains: REMAINS };
	} catch (error) {
		const code = errorCode(error);
		if (code === "55P03" || code === "57014") {
			return { clean: false, reason: "another program keeps a table locked" };
		}
		throw asStorageError(error);
	} finally {
		client.release();
	}
}

/** Whether any session of this database still sees what was there before this transaction. */
async function isInThePast(client: Pick<Pool, "query">, xid: string): Promise<boolean> {
	const { rows } = await client.query(
		`select 1 from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid() and age(backend_xmin) >= age($1::text::xid)
		limit 1`,
		[xid],
	);
	return rows.length > 0;
}
