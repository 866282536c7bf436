import { type Kysely, sql } from "kysely";
import type { OperatorError } from "../../operator-error.ts";
import { findRow, readLedger } from "../ledger/ledger.ts";
import type { LedgerSchema, Origin } from "../ledger/ledger-schema.ts";
import type { IndexStep, Migration } from "../migration.ts";
import { readSystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { conflict, originOf, probeStep, runRecorded } from "./recorded-step.ts";
import { ledgerOf, type Run } from "./run-context.ts";
import { sharedValues } from "./step-failed.ts";
import { codeOf } from "./with-lock-retry.ts";

export async function applyIndex(run: Run, migration: Migration, step: IndexStep): Promise<Origin | null> {
	const { dialect } = run.database;
	const isBeside = dialect.name === "postgres" && (await hasRows(run, step.index.table));
	if (!isBeside) {
		const built = runRecorded(run, migration, step, async (tx) => {
			if (dialect.name === "postgres")
				await sql`DROP INDEX IF EXISTS ${sql.ref(step.index.name)}`.execute(tx);
			await sql.raw(indexSql(step, "")).execute(tx);
			await run.onProgress({ migration: migration.number, step: step.id, at: { action: 0 } });
		});
		return built.catch(async (error: unknown) => {
			throw isDoubled(error) ? await doubled(run, migration, step) : error;
		});
	}
	const origin = await buildBeside(run, migration, step);
	if (!origin) return null;
	return runRecorded(run, migration, step, null, origin);
}

/** The statement that builds the index. */
export function indexSql(step: IndexStep, how: "" | "CONCURRENTLY "): string {
	const { name, table, columns, unique, where } = step.index;
	const condition = where ? ` WHERE ${where}` : "";
	return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${how}${name} ON ${table} (${columns.join(", ")})${condition}`;
}

async function hasRows(run: Run, table: string): Promise<boolean> {
	const { rows } = await sql`SELECT 1 FROM ${sql.table(table)} LIMIT 1`.execute(ledgerOf(run.database));
	return rows.length > 0;
}

/**
 * CREATE INDEX CONCURRENTLY blocks no connection, but is no transaction: what it leaves when it is
 * interrupted is dropped first.
 */
async function buildBeside(run: Run, migration: Migration, step: IndexStep): Promise<Origin | null> {
	const db = ledgerOf(run.database);
	return db.connection().execute(async (connection) => {
		const catalogue = await readSystemCatalogue(connection, "postgres");
		const row = findRow(await readLedger(connection), migration.number, step.id);
		const probed = await probeStep(step, connection, run.context, { catalogue, row });
		if (typeof probed !== "string") throw conflict(migration, step, probed.conflict);
		if (probed === "done") return row ? null : "adopted";
		const before = await settingsOf(connection);
		try {
			// It waits for running transactions, but none waits for it.
			await sql`SET lock_timeout = 0`.execute(connection);
			await sql`SET statement_timeout = 0`.execute(connection);
			await sql`DROP INDEX CONCURRENTLY IF EXISTS ${sql.ref(step.index.name)}`.execute(connection);
			await sql.raw(indexSql(step, "CONCURRENTLY ")).execute(connection);
		} catch (error) {
			throw isDoubled(error) ? await doubled(run, migration, step) : error;
		} finally {
			await restoreSettings(connection, before).catch(() => {});
		}
		await run.onProgress({ migration: migration.number, step: step.id, at: { action: 0 } });
		return originOf("todo", step, run, migration);
	});
}

const PATIENCE = ["lock_timeout", "statement_timeout"] as const;

async function settingsOf(connection: Kysely<LedgerSchema>): Promise<Record<string, string>> {
	const all: Record<string, string> = {};
	for (const name of PATIENCE) {
		const { rows } = await sql<{ value: string }>`SELECT current_setting(${name}) AS value`.execute(
			connection,
		);
		all[name] = rows[0]?.value ?? "0";
	}
	return all;
}

async function restoreSettings(
	connection: Kysely<LedgerSchema>,
	values: Record<string, string>,
): Promise<void> {
	for (const [name, value] of Object.entries(values)) {
		await sql`SELECT set_config(${name}, ${value}, false)`.execute(connection);
	}
}

function isDoubled(error: unknown): boolean {
	return ["23505", "SQLITE_CONSTRAINT_UNIQUE"].includes(codeOf(error) ?? "");
}

async function doubled(run: Run, migration: Migration, step: IndexStep): Promise<OperatorError> {
	return conflict(migration, step, await sharedValues(ledgerOf(run.database), step.index));
}
