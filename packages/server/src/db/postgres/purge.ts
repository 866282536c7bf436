import type { Pool } from "pg";
import { poll } from "../../retry.ts";
import type { Purged } from "../dialect.ts";
import { asStorageError, errorCode } from "../errors.ts";
import { OF_A_SESSION } from "../schema.ts";
import { UNLIMITED_MS } from "./connection-watchdog.ts";

/** Every table that holds something of a session, those included in which undone migrations keep rows. */
async function tablesOfSessions(client: Pick<Pool, "query">): Promise<string[]> {
	const { rows } = await client.query<{ relname: string }>(
		`select relname from pg_class
		where relkind = 'r' and relnamespace = current_schema()::regnamespace and relname ~ '^undo_\\d+_'`,
	);
	return [...OF_A_SESSION, "feedbacks", "student_responses", ...rows.map(({ relname }) => relname)];
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
		const foreign = await client.query<{ relname: string }>(
			`select relname from pg_class
			where oid = any(select to_regclass(name) from unnest($1::text[]) as t(name)) and not pg_has_role(relowner, 'usage')`,
			[tables],
		);
		const [table] = foreign.rows;
		if (table) {
			const reason = `this user does not own the table ${table.relname}`;
			return { clean: false, reason, needs_owner: true };
		}
		const { rows } = await client.query<{ xid: string }>("select pg_current_xact_id()::xid::text as xid");
		const hasReaders = await poll(() => isInThePast(client, rows[0]?.xid ?? "0"), {
			isDone: (found) => !found,
			patience_ms: PATIENCE_MS,
			pause: { first_ms: PAUSE_MS },
		});
		if (hasReaders) return { clean: false, reason: "another program is still reading the database" };
		for (const name of tables) {
			const vacuum = { text: `vacuum (index_cleanup on, truncate on) ${name}`, query_timeout: UNLIMITED_MS };
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
