import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Schema } from "../../db/schema.ts";
import type { SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import type { Plan, SnapshotReader, Totals } from "./snapshot-types.ts";

const HERE = sql`to_regnamespace(quote_ident(current_schema()))`;

export function postgresReader(tx: Transaction<Schema>): SnapshotReader {
	return {
		totals: (table, plan) => addUp(tx, table, plan),
		objects: () => readObjects(tx),
		sequences: () => readSequences(tx),
		violations: (catalogue) => countViolations(tx, catalogue),
		soundness: async () => "ok",
	};
}

async function addUp(tx: Transaction<Schema>, table: string, plan: Plan) {
	const { bound, key } = plan;
	const row = sql`row(${sql.join(plan.columns.map((name) => sql.id(name)))})::text`;
	const identity = sql`row(${sql.join(plan.identity.map((name) => sql.id(name)))})::text`;
	const seed = plan.identity.length > 0 ? sql`hashtextextended(${identity}, 0)` : sql`0`;
	const values: [string, RawBuilder<unknown>][] = plan.columns.map((name) => [
		name,
		sql`${sql.id(name)}::text`,
	]);
	if (plan.identity.length === 0) values.push(["(row)", row]);

	const read = async (part: RawBuilder<unknown>): Promise<Totals> => {
		const sums = values.map(
			([, text], i) =>
				sql`coalesce(sum(hashtextextended(${text}, seed)::numeric), 0)::text AS ${sql.id(`c${i}`)}`,
		);
		const { rows } = await sql<Record<string, string>>`
			SELECT count(*)::text AS "rows"${sums.length > 0 ? sql`, ${sql.join(sums)}` : sql``}
			FROM (SELECT *, ${seed} AS seed FROM ${sql.id(table)} ${part}) AS t`.execute(tx);
		return {
			rows: Number(rows[0]?.["rows"]),
			columns: Object.fromEntries(values.map(([name], i) => [name, rows[0]?.[`c${i}`] ?? "0"])),
		};
	};
	const newest = key === null ? null : await newestKey(tx, table, key);
	const all = await read(sql``);
	const settled =
		key === null || bound === null ? null : await read(sql`WHERE ${sql.id(key)} <= ${bound}::bigint`);
	return { all, settled, newest };
}

async function newestKey(tx: Transaction<Schema>, table: string, key: string): Promise<number | null> {
	const { rows } = await sql<{ newest: string | null }>`
		SELECT max(${sql.id(key)})::text AS newest FROM ${sql.id(table)}`.execute(tx);
	const newest = rows[0]?.newest ?? null;
	return newest === null ? null : Number(newest);
}

async function readObjects(tx: Transaction<Schema>): Promise<Record<string, string>> {
	const { rows } = await sql<{ name: string; text: string }>`
		SELECT 'view ' || relname AS name, pg_get_viewdef(oid) AS text
			FROM pg_class WHERE relnamespace = ${HERE} AND relkind IN ('v', 'm')
		UNION ALL
		SELECT 'trigger ' || t.tgname || ' on ' || c.relname,
			pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'D' THEN ' (disabled)' ELSE '' END
			FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
			WHERE c.relnamespace = ${HERE} AND NOT t.tgisinternal
		UNION ALL
		SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
		UNION ALL
		SELECT 'function ' || p.oid::regprocedure::text, md5(p.prosrc) FROM pg_proc p
			WHERE p.pronamespace = ${HERE} AND p.prokind IN ('f', 'p')
				AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`.execute(tx);
	return Object.fromEntries(rows.map(({ name, text }) => [name, text.replace(/\s+/g, " ")]));
}

async function readSequences(tx: Transaction<Schema>): Promise<Record<string, number>> {
	const { rows } = await sql<{ name: string; last: string }>`
		SELECT t.relname AS name, max(coalesce(pg_sequence_last_value(s.oid), 0))::text AS last
		FROM pg_class s
		JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
		JOIN pg_class t ON t.oid = d.refobjid
		WHERE s.relkind = 'S' AND t.relnamespace = ${HERE}
		GROUP BY t.relname`.execute(tx);
	return Object.fromEntries(rows.map(({ name, last }) => [name, Number(last)]));
}

/**
 * A constraint that was never validated, or triggers that were switched off for a while, leave rows without
 * their parent.
 */
async function countViolations(
	tx: Transaction<Schema>,
	catalogue: SystemCatalogue,
): Promise<Record<string, number>> {
	const found: Record<string, number> = {};
	for (const [table, { foreign_keys }] of catalogue) {
		for (const { columns, references } of foreign_keys) {
			const filled = columns.map((column) => sql`c.${sql.id(column)} IS NOT NULL`);
			const same = columns.map(
				(column, i) => sql`p.${sql.id(references.columns[i] ?? "")} = c.${sql.id(column)}`,
			);
			const { rows } = await sql<{ rows: string }>`
				SELECT count(*)::text AS "rows" FROM ${sql.id(table)} c
				WHERE ${sql.join(filled, sql` AND `)} AND NOT EXISTS
					(SELECT 1 FROM ${sql.id(references.table)} p WHERE ${sql.join(same, sql` AND `)})`.execute(tx);
			const count = Number(rows[0]?.rows);
			if (count > 0) found[`${table} (${columns.join(", ")}) → ${references.table}`] = count;
		}
	}
	return found;
}
