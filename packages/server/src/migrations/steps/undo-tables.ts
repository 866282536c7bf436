import { type Kysely, sql, type Transaction } from "kysely";
import { counted } from "../../counted.ts";
import type { DatabaseDialect } from "../../db/dialect.ts";
import { quoteName } from "../../db/quote-name.ts";
import { KEPT, type Schema } from "../../db/schema.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { StepContext, Task, Tx } from "../migration.ts";
import { readSystemCatalogue, type SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { followMoves } from "./moved-sessions.ts";

// Undoing a migration drops tables and columns. What they held stays in tables of their own until `migrate
// prune`, so that the migration can bring it back.

/** The table that keeps what undoing a migration drops of another one. */
export function keptName(migration: number, table: string): string {
	return `undo_${migration}_${table}`;
}

/** Which session had which id: an id that another session got meanwhile brings nothing back. */
const sessionsName = (migration: number) => keptName(migration, "sessions");

/**
 * Keeps rows: creates the table from a query and enters it among the kept ones.
 * @param query a SELECT
 */
export async function keepRows(
	tx: Tx,
	{ dialect }: StepContext,
	migration: number,
	table: string,
	query: string,
): Promise<number> {
	const name = keptName(migration, table);
	const catalogue = await readSystemCatalogue<LedgerSchema>(tx, dialect.name);
	// Rows that an earlier undo kept and no migration could bring back stay beside the new ones.
	if (catalogue.has(name)) {
		const columns = [...(catalogue.get(name)?.columns.keys() ?? [])].map(quoteName).join(", ");
		await sql.raw(`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM (${query}) AS q`).execute(tx);
	} else {
		await sql.raw(`CREATE TABLE ${name} AS ${query}`).execute(tx);
	}
	const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.id(name)}`.execute(tx);
	const kept = { migration, kept_at: sql<string>`${sql.raw(dialect.now)}`, rows: Number(rows[0]?.n ?? 0) };
	await tx
		.insertInto(KEPT)
		.values({ table_name: name, ...kept })
		.onConflict((found) => found.column("table_name").doUpdateSet(kept))
		.execute();
	return kept.rows;
}

/** Drops a table of kept rows, because they are back where they belong. */
export async function dropKept(tx: Tx, name: string): Promise<void> {
	await sql`DROP TABLE IF EXISTS ${sql.id(name)}`.execute(tx);
	await tx.deleteFrom(KEPT).where("table_name", "=", name).execute();
}

/** Drops one of our tables; its rows are kept. */
export function keepTable(migration: number, name: string): Task {
	return {
		name: `keep_${name}`,
		version: 1,
		async run(tx, context) {
			if (context.dialect.name === "postgres") {
				await sql.raw(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`).execute(tx);
			}
			await keepSessions(tx, context, migration);
			const rows = await keepRows(tx, context, migration, name, `SELECT * FROM ${name}`);
			await sql.raw(`DROP TABLE ${name}`).execute(tx);
			context.report(`${name}: ${counted(rows, "row")} kept in ${keptName(migration, name)}`);
		},
	};
}

async function keepSessions(tx: Tx, context: StepContext, migration: number): Promise<void> {
	const name = sessionsName(migration);
	const catalogue = await readSystemCatalogue<LedgerSchema>(tx, context.dialect.name);
	if (catalogue.has(name)) {
		await renewSessions(tx, context, migration, catalogue);
		return;
	}
	await keepRows(tx, context, migration, "sessions", "SELECT id, session_id FROM student_responses");
	await sql.raw(`CREATE UNIQUE INDEX ${name}_id ON ${name} (id)`).execute(tx);
}

/**
 * An earlier undo left its list of sessions, because not every row of it could come back. Sessions that began
 * since are entered; what is still kept of a session whose id another one has by now belongs to nothing.
 */
async function renewSessions(
	tx: Tx,
	context: StepContext,
	migration: number,
	catalogue: SystemCatalogue,
): Promise<void> {
	const name = sessionsName(migration);
	const taken = `SELECT s.id FROM ${name} s JOIN student_responses r ON r.id = s.id WHERE r.session_id <> s.session_id`;
	for (const { table_name } of await listKept(tx)) {
		const isOfSessions = catalogue.get(table_name)?.columns.has("response_id");
		if (!isOfSessions || !table_name.startsWith(keptName(migration, ""))) continue;
		const gone =
			await sql`DELETE FROM ${sql.id(table_name)} WHERE response_id IN (${sql.raw(taken)})`.execute(tx);
		const rows = Number(gone.numAffectedRows ?? 0);
		if (rows > 0)
			context.report(
				`${table_name}: ${counted(rows, "kept row")} of a session that is gone went too`,
				"losses",
			);
	}
	await sql.raw(`DELETE FROM ${name} WHERE id IN (${taken})`).execute(tx);
	await sql
		.raw(
			`INSERT INTO ${name} (id, session_id) SELECT r.id, r.session_id FROM student_responses r
			WHERE NOT EXISTS (SELECT 1 FROM ${name} s WHERE s.id = r.id)`,
		)
		.execute(tx);
}

/** Fills a table that was just created with what an undone migration kept of it. */
export function bringBack(migration: number, name: string): Task {
	const kept = keptName(migration, name);
	return {
		name: `bring_back_${name}`,
		version: 1,
		// Nothing was ever undone where the SQL is applied by hand.
		sql: "",
		async run(tx, context) {
			const catalogue = await readSystemCatalogue<LedgerSchema>(tx, context.dialect.name);
			if (!catalogue.has(kept)) return;
			const columns = commonColumns(catalogue, name, kept);
			const belongs = conditions(catalogue, migration, name);
			const list = columns.map(quoteName).join(", ");
			const { numAffectedRows } = await sql
				.raw(`INSERT INTO ${name} (${list}) SELECT ${list} FROM ${kept} AS k WHERE ${belongs}`)
				.execute(tx);
			const rows = Number(numAffectedRows ?? 0);
			if (rows > 0) context.report(`${name}: ${counted(rows, "row")}`, "restored");
			await sql.raw(`DELETE FROM ${kept} AS k WHERE ${belongs}`).execute(tx);
			if (columns.includes("id")) await context.dialect.afterExplicitIds(tx, name);
			await dropWhenEmpty(tx, context, migration, name);
		},
	};
}

/** After bringing back: the table goes if it is empty; what is left waits for `migrate prune`. */
async function dropWhenEmpty(tx: Tx, context: StepContext, migration: number, name: string): Promise<void> {
	const kept = keptName(migration, name);
	const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.id(kept)}`.execute(tx);
	const left = Number(rows[0]?.n ?? 0);
	if (left === 0) {
		await dropKept(tx, kept);
		await forgetSessions(tx, context, migration);
		return;
	}
	await tx.updateTable(KEPT).set({ rows: left }).where("table_name", "=", kept).execute();
	context.report(
		`${name}: ${counted(left, "kept row")} left in ${kept}, because what they belong to is gone`,
		"losses",
	);
}

/** The list of sessions goes with the last kept table that names sessions. What the repairs keep does not need it. */
async function forgetSessions(tx: Tx, context: StepContext, migration: number): Promise<void> {
	const catalogue = await readSystemCatalogue<LedgerSchema>(tx, context.dialect.name);
	const others = await tx.selectFrom(KEPT).select("table_name").where("migration", "=", migration).execute();
	const isNeeded = others.some(({ table_name }) => catalogue.get(table_name)?.columns.has("response_id"));
	if (!isNeeded) await dropKept(tx, sessionsName(migration));
}

function commonColumns(catalogue: SystemCatalogue, name: string, kept: string): string[] {
	const there = catalogue.get(kept)?.columns;
	return [...(catalogue.get(name)?.columns.keys() ?? [])].filter((column) => there?.has(column));
}

/** Only what everything it refers to still exists may come back. */
function conditions(catalogue: SystemCatalogue, migration: number, name: string): string {
	const sessions = sessionsName(migration);
	const keys = catalogue.get(name)?.foreign_keys ?? [];
	const all = keys.flatMap(({ columns, references }) => {
		const [column] = columns;
		const [key] = references.columns;
		if (!column || !key || references.table === name) return [];
		const same =
			references.table === "student_responses" && catalogue.has(sessions)
				? ` JOIN ${sessions} AS s ON s.id = p.id AND s.session_id = p.session_id`
				: "";
		return [
			`(k.${quoteName(column)} IS NULL OR EXISTS (SELECT 1 FROM ${quoteName(references.table)} AS p${same} WHERE p.${quoteName(key)} = k.${quoteName(column)}))`,
		];
	});
	return all.length > 0 ? all.join(" AND ") : "true";
}

/** The tables in which undone migrations keep rows. */
export async function listKept(db: Kysely<LedgerSchema>) {
	return db.selectFrom(KEPT).selectAll().orderBy("table_name").execute();
}

/** Deletes what is kept of some sessions. */
export async function eraseKept(
	transaction: Transaction<Schema>,
	dialect: DatabaseDialect,
	sessions: readonly { id: number; session_id: string }[],
): Promise<void> {
	const tx = transaction.withTables<Pick<LedgerSchema, "migration_ledger" | "migration_kept">>();
	const catalogue = await readSystemCatalogue<LedgerSchema>(tx, dialect.name);
	if (!catalogue.has(KEPT)) return;
	await followMoves(
		tx,
		dialect,
		sessions.map(({ id }) => id),
	);
	for (const { table_name } of await listKept(tx)) {
		const columns = catalogue.get(table_name)?.columns;
		const column = ["session_id", "response_id"].find((name) => columns?.has(name));
		if (!column) continue;
		for (const { id, session_id } of sessions) {
			const value = column === "session_id" ? session_id : id;
			await sql`DELETE FROM ${sql.id(table_name)} WHERE ${sql.id(column)} = ${value}`.execute(tx);
		}
	}
}
