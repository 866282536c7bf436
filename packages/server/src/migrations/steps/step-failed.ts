import { type Kysely, sql } from "kysely";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { Migration, Step } from "../migration.ts";

/**
 * A step that ended with an error of the database. The message is a sentence for an operator without its full
 * stop.
 */
export class StepFailed extends Error {
	override readonly name = "StepFailed";

	constructor(migration: Migration, step: Step, error: unknown) {
		const reason = error instanceof Error ? error.message : String(error);
		const rows = error instanceof RangeFailed ? `, ${error.rows}` : "";
		const table = tableOf(step);
		super(
			`The step ${step.id} of migration ${migration.number} failed${table ? ` on the table ${table}${rows}` : ""}: ${reason}`,
			{ cause: error },
		);
	}
}

/** The same for a range of rows, which knows how many there are. */
export class RangeFailed extends Error {
	override readonly name = "RangeFailed";
	readonly rows: string;

	constructor(rows: string, error: unknown) {
		super(error instanceof Error ? error.message : String(error), { cause: error });
		this.rows = rows;
	}
}

function tableOf(step: Step): string | undefined {
	switch (step.mode) {
		case "batches":
			return step.batches.table;
		case "index":
			return step.index.table;
		case "whole":
			return step.locks[0]?.table ?? /^table_(.+)$/.exec(step.id)?.[1];
	}
}

/** Values that are no secret and no personal data. */
const MAY_BE_SHOWN = new Set([
	"item_id",
	"question_id",
	"response_id",
	"page_id",
	"key",
	"version",
	"is_default",
]);

/** Why a unique index cannot be built: how many rows share a value, and which. */
export async function sharedValues(
	db: Kysely<LedgerSchema>,
	{ table, columns, where }: { table: string; columns: readonly string[]; where: string | null },
): Promise<string> {
	const list = columns.map((column) => `"${column}"`).join(", ");
	const filled = columns.map((column) => `"${column}" IS NOT NULL`).join(" AND ");
	const condition = where ? `${filled} AND (${where})` : filled;
	const { rows } = await sql
		.raw<Record<string, unknown> & { n: number }>(
			`SELECT ${list}, count(*) AS n FROM ${table} WHERE ${condition} GROUP BY ${list} HAVING count(*) > 1 ORDER BY n DESC`,
		)
		.execute(db);
	const total = rows.reduce((sum, { n }) => sum + Number(n), 0);
	const [first] = rows;
	const mayShow = columns.every((column) => MAY_BE_SHOWN.has(column));
	const example =
		first && mayShow ? columns.map((column) => `${column} ${String(first[column])}`).join(" and ") : null;
	const said = `${table} has ${total} rows that share the same ${columns.join(", ")}`;
	return example ? `${said}, ${Number(first?.n)} of them ${example}` : said;
}
