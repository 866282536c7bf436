import { sql } from "kysely";
import type { StepContext, Tx } from "../migration.ts";
import { dropKept, keepRows } from "../steps/undo-tables.ts";
import { hasTable, MIGRATION, originalsTable } from "./original-values.ts";

// Undoing the repairs gives rows back as the previous program wrote them. What they said before is kept
// beside it: a value that is still as it was given back gets its old value when the repairs come again,
// whatever the rules would make of it by then.

/** A column of a table: its value before the undo and its value after it, under the names `was_…` and `back_…`. */
type GivenBack = { table: "student_responses" | "pages" | "questions"; columns: readonly string[] };

/** The table that keeps both values of each row. */
export function givenBack(table: GivenBack["table"]): string {
	return originalsTable(`given_back_${table}`);
}

const before = (table: string) => originalsTable(`before_${table}`);

/** Rows of a session are erased with it. */
const identity = (table: GivenBack["table"]) =>
	table === "student_responses" ? ["id", "session_id"] : ["id"];

/** An enumerated type may be gone when its value is needed. */
const textOf = (column: string) => (column === "status" ? "CAST(status AS TEXT)" : column);

/** To be called before the rows are given back. */
export async function noteBefore(tx: Tx, { table, columns }: GivenBack): Promise<void> {
	const listed = [...identity(table), ...columns.map((column) => `${textOf(column)} AS was_${column}`)];
	await sql.raw(`CREATE TABLE ${before(table)} AS SELECT ${listed.join(", ")} FROM ${table}`).execute(tx);
	await sql.raw(`CREATE UNIQUE INDEX ${before(table)}_id ON ${before(table)} (id)`).execute(tx);
}

/** To be called when the rows are given back, in the same transaction. */
export async function keepGivenBack(
	tx: Tx,
	context: StepContext,
	{ table, columns }: GivenBack,
): Promise<void> {
	const kept = givenBack(table);
	const older = `${kept}_older`;
	// A run that was interrupted had not reached every row: of the others the earlier undo knows the value of before.
	const hasOlder = await hasTable(tx, context.dialect, kept);
	if (hasOlder) await sql.raw(`ALTER TABLE ${kept} RENAME TO ${older}`).execute(tx);
	const ids = identity(table).map((column) => `b.${column}`);
	const values = columns.flatMap((column) => {
		const back = textOf(column).replace(column, `r.${column}`);
		const was = hasOlder
			? `CASE WHEN o.id IS NOT NULL AND b.was_${column} IS NOT DISTINCT FROM o.back_${column}
				THEN o.was_${column} ELSE b.was_${column} END AS was_${column}`
			: `b.was_${column}`;
		return [was, `${back} AS back_${column}`];
	});
	const same = (one: string) =>
		identity(table)
			.map((column) => `${one}.${column} = b.${column}`)
			.join(" AND ");
	const olderRows = hasOlder ? ` LEFT JOIN ${older} o ON ${same("o")}` : "";
	await keepRows(
		tx,
		context,
		MIGRATION,
		`given_back_${table}`,
		`SELECT ${[...ids, ...values].join(", ")} FROM ${before(table)} b JOIN ${table} r ON ${same("r")}${olderRows}`,
	);
	if (hasOlder) await sql.raw(`DROP TABLE ${older}`).execute(tx);
	await sql.raw(`CREATE UNIQUE INDEX ${kept}_id ON ${kept} (id)`).execute(tx);
	await sql.raw(`DROP TABLE ${before(table)}`).execute(tx);
}

/** Gives columns the values of before the undo, where they still are as they were given back. */
export async function takeBack(
	tx: Tx,
	{ dialect }: StepContext,
	{ table, columns }: GivenBack,
): Promise<void> {
	const kept = givenBack(table);
	if (!(await hasTable(tx, dialect, kept))) return;
	for (const column of columns) {
		await sql
			.raw(
				`UPDATE ${table} SET ${column} = b.was_${column} FROM ${kept} b
				WHERE b.id = ${table}.id AND ${table}.${column} IS NOT DISTINCT FROM b.back_${column}
					AND b.was_${column} IS DISTINCT FROM b.back_${column}`,
			)
			.execute(tx);
	}
	await dropKept(tx, kept);
}
