import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, DatabaseUrl } from "../../db/dialect.ts";
import { LEDGER, type Schema } from "../../db/schema.ts";
import { readSystemCatalogue, type SystemCatalogue, type Table } from "../system-catalogue/read-catalogue.ts";
import { shapeOf } from "../system-catalogue/shape.ts";
import { postgresReader } from "./snapshot-postgres.ts";
import { sqliteReader } from "./snapshot-sqlite.ts";
import type { Plan, Snapshot, SnapshotReader, TableSnapshot, Writers } from "./snapshot-types.ts";

/**
 * Reads every table whole, in one transaction that keeps no writer waiting.
 * @param options.since an earlier snapshot: only the columns that it has are read
 */
export async function takeSnapshot(
	database: Database,
	options: { since?: Snapshot } = {},
): Promise<Snapshot> {
	// Before the rows are read: what is written while they are shows at the next look.
	const writers = await readWriters(database);
	return database.reader.transaction().execute(async (tx) => {
		const dialect = database.dialect.name;
		const reader = readerOf(dialect, tx);
		const catalogue = await readSystemCatalogue<Schema>(tx, dialect);
		const tables: Record<string, TableSnapshot> = {};
		for (const [name, table] of catalogue) {
			if (name === LEDGER) continue;
			const plan = planOf(name, table, catalogue, options.since);
			const { all, settled, newest } = await reader.totals(name, plan);
			tables[name] = { ...all, key: plan.key, newest, settled };
		}
		return {
			dialect,
			tables,
			shape: shapeOf(catalogue),
			objects: await reader.objects(),
			sequences: await reader.sequences(),
			violations: await reader.violations(catalogue),
			soundness: await reader.soundness(),
			writers,
		};
	});
}

/** What looks at one moment of a database. */
export function readerOf(dialect: DatabaseUrl["dialect"], tx: Transaction<Schema>): SnapshotReader {
	return dialect === "sqlite" ? sqliteReader(tx) : postgresReader(tx);
}

function planOf(name: string, table: Table, catalogue: SystemCatalogue, since: Snapshot | undefined): Plan {
	const before = since?.tables[name];
	// A table that keeps rows for an undo has their columns but no key of its own.
	const origin = catalogue.get(/^undo_\d+_(.+)$/.exec(name)?.[1] ?? "") ?? table;
	const identity = origin.primary_key.filter((column) => table.columns.has(column));
	const [first, ...more] = identity;
	const isInteger = first !== undefined && table.columns.get(first)?.kind === "integer";
	return {
		columns: [...table.columns.keys()].filter((column) => !before || Object.hasOwn(before.columns, column)),
		identity: identity.length === origin.primary_key.length ? identity : [],
		key: isInteger && more.length === 0 && origin === table ? first : null,
		bound: before?.newest ?? null,
	};
}

async function readWriters(database: Database): Promise<Writers> {
	if (database.dialect.name === "sqlite") {
		// On the connection that migrates: its own commits do not count.
		const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(database.db);
		return { data_version: rows[0]?.data_version ?? 0, others: 0 };
	}
	return { data_version: 0, others: await countOthers(database.db) };
}

/**
 * Clients of this database that are not this process. Another server of this program bears the same name, but
 * whatever connected before this process began cannot be its own.
 */
async function countOthers(db: Kysely<Schema> | Transaction<Schema>): Promise<number> {
	const uptime = Math.ceil(process.uptime()) + 1;
	const { rows } = await sql<{ others: number }>`
		SELECT count(*)::int AS others FROM pg_stat_activity
		WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
			AND (application_name <> current_setting('application_name')
				OR backend_start < clock_timestamp() - make_interval(secs => ${uptime}::int))`.execute(db);
	return rows[0]?.others ?? 0;
}
