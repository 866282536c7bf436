import { type Kysely, sql } from "kysely";
import type { DatabaseDialect } from "../../db/dialect.ts";
import type { Decisions } from "../migration.ts";
import { type LedgerSchema, NOTES } from "./ledger-schema.ts";

// What a run has to know of earlier runs beside the ledger: an operator's decisions hold for every later run,
// also after an undo.

/** `decisions`: what an operator decided. `failed_run`: the backup of a run that failed, and what it left. */
type NoteName = "decisions" | "failed_run";

async function hasNotes(db: Kysely<LedgerSchema>, dialect: DatabaseDialect): Promise<boolean> {
	const { rows } =
		dialect.name === "sqlite"
			? await sql`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${NOTES}`.execute(db)
			: await sql`SELECT 1 WHERE to_regclass(${NOTES}) IS NOT NULL`.execute(db);
	return rows.length > 0;
}

/** @returns undefined where there is no such note */
export async function readNote(
	db: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	name: NoteName,
): Promise<unknown> {
	if (!(await hasNotes(db, dialect))) return undefined;
	const { rows } = await sql<{ value: string }>`
		SELECT value FROM ${sql.table(NOTES)} WHERE name = ${name}`.execute(db);
	return rows[0] && (JSON.parse(rows[0].value) as unknown);
}

/** Replaces a note; null removes it. To be called under the migration lock. */
export async function writeNote(
	db: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	name: NoteName,
	value: object | null,
): Promise<void> {
	if (value === null && !(await hasNotes(db, dialect))) return;
	await db.transaction().execute(async (tx) => {
		await sql`
			CREATE TABLE IF NOT EXISTS ${sql.table(NOTES)}
				(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)`.execute(tx);
		await sql`DELETE FROM ${sql.table(NOTES)} WHERE name = ${name}`.execute(tx);
		if (value === null) return;
		await sql`
			INSERT INTO ${sql.table(NOTES)} (name, value) VALUES (${name}, ${JSON.stringify(value)})`.execute(tx);
	});
}

/** The decisions that hold for a run: those given now, else those of earlier runs, else none. */
export async function readDecisions(
	db: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	given: Partial<Decisions> = {},
): Promise<Decisions> {
	const noted = ((await readNote(db, dialect, "decisions")) ?? {}) as Partial<Decisions>;
	return {
		assume_timezone: given.assume_timezone ?? noted.assume_timezone ?? "UTC",
		map_status: { ...noted.map_status, ...given.map_status },
	};
}

/** Notes decisions that were given, so that a later run without them decides the same. */
export async function noteDecisions(
	db: Kysely<LedgerSchema>,
	dialect: DatabaseDialect,
	given: Partial<Decisions> | undefined,
): Promise<void> {
	if (!given || (given.assume_timezone === undefined && given.map_status === undefined)) return;
	await writeNote(db, dialect, "decisions", await readDecisions(db, dialect, given));
}
