import { sql, type Transaction } from "kysely";
import type { Schema } from "../../db/schema.ts";
import type { Plan, SnapshotReader, Totals } from "./snapshot-types.ts";
import { createSums } from "./sums.ts";

type Row = Readonly<Record<string, unknown>>;

const ROWS_AT_A_TIME = 2000;

export function sqliteReader(tx: Transaction<Schema>): SnapshotReader {
	return {
		totals: (table, plan) => addUp(plan, readRows(tx, table, plan)),
		async objects() {
			const { rows } = await sql<{ type: string; name: string; sql: string }>`
				SELECT type, name, sql FROM sqlite_schema
				WHERE sql IS NOT NULL AND (type <> 'table' OR sql LIKE 'CREATE VIRTUAL TABLE%')`.execute(tx);
			// Renaming a table puts its name into quotation marks wherever it stands.
			return Object.fromEntries(
				rows.map(({ type, name, sql: text }) => [
					`${type} ${name}`,
					text.replaceAll('"', "").replace(/\s+/g, " "),
				]),
			);
		},
		async sequences() {
			const { rows: there } = await sql`
				SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`.execute(tx);
			if (there.length === 0) return {};
			const { rows } = await sql<{ name: string; seq: number }>`
				SELECT name, seq FROM sqlite_sequence`.execute(tx);
			return Object.fromEntries(rows.map(({ name, seq }) => [name, seq]));
		},
		async violations(catalogue) {
			const found: Record<string, number> = {};
			for (const table of catalogue.keys()) Object.assign(found, await violationsOf(tx, table));
			return found;
		},
		async soundness() {
			const { rows } = await sql<{ quick_check: string }>`PRAGMA quick_check`.execute(tx);
			return rows.map(({ quick_check }) => quick_check).join("; ");
		},
	};
}

async function violationsOf(tx: Transaction<Schema>, table: string): Promise<Record<string, number>> {
	try {
		const { rows } = await sql<{ parent: string; rows: number }>`
			SELECT parent, count(*) AS "rows" FROM pragma_foreign_key_check(${table}) GROUP BY parent`.execute(tx);
		return Object.fromEntries(rows.map((row) => [`${table} → ${row.parent}`, row.rows]));
	} catch (error) {
		// A foreign key on columns that are not unique, which SQLite lets anyone declare, cannot even be checked.
		if (!(error instanceof Error) || !error.message.includes("foreign key mismatch")) throw error;
		return { [`${table}: ${error.message}`]: 1 };
	}
}

/** Pages by key are twice as quick as one row at a time; what has no such key is read in one go. */
async function* readRows(tx: Transaction<Schema>, table: string, plan: Plan): AsyncGenerator<Row[]> {
	const columns = sql.join([...new Set([...plan.columns, ...plan.identity])].map((name) => sql.id(name)));
	const { key } = plan;
	if (key === null) {
		for await (const row of tx
			.selectFrom(sql<Row>`(select ${columns} from ${sql.id(table)})`.as("t"))
			.selectAll()
			.stream()) {
			yield [row];
		}
		return;
	}
	let after: unknown = null;
	for (;;) {
		const rest = after === null ? sql`` : sql`WHERE ${sql.id(key)} > ${after}`;
		const { rows } = await sql<Row>`
			SELECT ${columns} FROM ${sql.id(table)} ${rest}
			ORDER BY ${sql.id(key)} LIMIT ${ROWS_AT_A_TIME}`.execute(tx);
		if (rows.length > 0) yield rows;
		if (rows.length < ROWS_AT_A_TIME) return;
		after = rows.at(-1)?.[key];
	}
}

async function addUp(plan: Plan, pages: AsyncGenerator<Row[]>) {
	const { bound, key } = plan;
	const names = plan.identity.length > 0 ? plan.columns : [...plan.columns, "(row)"];
	const upTo = createSums(names.length);
	const beyond = createSums(names.length);
	let newest: number | null = null;
	for await (const rows of pages) {
		for (const row of rows) {
			const id = key === null ? null : Number(row[key]);
			if (id !== null) newest = Math.max(newest ?? id, id);
			const sums = id !== null && bound !== null && id > bound ? beyond : upTo;
			const values = plan.columns.map((column) => row[column]);
			if (plan.identity.length === 0) values.push(values.map(String).join("\u0000"));
			sums.add(
				plan.identity.map((column) => row[column]),
				values,
			);
		}
		upTo.fold();
		beyond.fold();
	}
	const later = beyond.totals();
	const settled = upTo.totals();
	const all = settled.map((sum, i) => sum + (later[i] ?? 0n));
	const totals = (rows: number, sums: readonly bigint[]): Totals => ({
		rows,
		columns: Object.fromEntries(names.map((name, i) => [name, String(sums[i])])),
	});
	return {
		all: totals(upTo.rows() + beyond.rows(), all),
		settled: bound === null ? null : totals(upTo.rows(), settled),
		newest,
	};
}
