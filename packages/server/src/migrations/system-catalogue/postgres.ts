import { type Kysely, sql } from "kysely";
import { catalogueBuilder, type ForeignKeyRow, type IndexRow } from "./builder.ts";
import type { ColumnKind, SystemCatalogue } from "./types.ts";

type ColumnRow = {
	table: string;
	name: string;
	type: string;
	declared: string;
	not_null: number;
	default: string | null;
	numbers_itself: number;
	/** The labels of an enumerated type as a JSON list; null for every other type. */
	labels: string | null;
};

/** A partition is part of its table. */
const TABLES = sql`(SELECT oid, relname FROM pg_catalog.pg_class
	WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p') AND NOT relispartition)`;

/** @see {@link import("./read-catalogue.ts").readSystemCatalogue} */
export async function readPostgresCatalogue<Tables>(db: Kysely<Tables>): Promise<SystemCatalogue> {
	const builder = catalogueBuilder();
	for (const row of await readColumns(db)) {
		const { table, name, type, declared, labels } = row;
		builder.add(table, {
			name,
			kind: labels === null ? (KINDS[type] ?? "other") : "text",
			declared: declared.toLowerCase(),
			not_null: row.not_null === 1,
			default: row.numbers_itself === 1 ? null : row.default,
		});
		if (labels !== null)
			builder.table(table)?.enums.set(name, { type, labels: JSON.parse(labels) as string[] });
	}
	for (const row of await readIndexes(db)) builder.addToIndex(row);
	for (const row of await readForeignKeys(db)) builder.addToForeignKey(row);
	for (const { table, name, expression, validated } of await readChecks(db)) {
		builder.table(table)?.checks.push({ name, expression, validated: validated === 1 });
	}
	return builder.catalogue();
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
	int2: "integer",
	int4: "integer",
	int8: "integer",
	float4: "real",
	float8: "real",
	numeric: "real",
	text: "text",
	varchar: "text",
	bpchar: "text",
	timestamp: "time",
	timestamptz: "time",
	bool: "boolean",
};

async function readColumns<Tables>(db: Kysely<Tables>): Promise<ColumnRow[]> {
	const { rows } = await sql<ColumnRow>`
		SELECT t.relname AS "table", a.attname AS name, y.typname AS type,
			format_type(a.atttypid, a.atttypmod) AS declared, a.attnotnull::int AS not_null,
			pg_get_expr(d.adbin, d.adrelid) AS "default",
			(a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false))::int AS numbers_itself,
			(SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text
				FROM pg_catalog.pg_enum e WHERE e.enumtypid = y.oid) AS labels
		FROM ${TABLES} t
		JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
		LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
		ORDER BY t.relname, a.attnum`.execute(db);
	return rows;
}

async function readIndexes<Tables>(db: Kysely<Tables>): Promise<IndexRow[]> {
	const { rows } = await sql<IndexRow>`
		SELECT t.relname AS "table", i.relname AS name, x.indisunique::int AS "unique",
			x.indisprimary::int AS "primary", pg_get_expr(x.indpred, x.indrelid) AS "where",
			(x.indisvalid AND x.indisready)::int AS valid, a.attname AS "column"
		FROM ${TABLES} t
		JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
		JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
		CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY k (attnum, place)
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum AND k.attnum <> 0
		WHERE k.place <= x.indnkeyatts
		ORDER BY t.relname, i.relname, k.place`.execute(db);
	return rows;
}

async function readForeignKeys<Tables>(db: Kysely<Tables>): Promise<ForeignKeyRow[]> {
	const { rows } = await sql<ForeignKeyRow>`
		SELECT t.relname AS "table", c.conname AS "key", c.conname AS name, a.attname AS "column",
			p.relname AS parent, b.attname AS parent_column, c.convalidated::int AS validated,
			CASE c.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
				WHEN 'n' THEN 'set null' ELSE 'set default' END AS on_delete
		FROM ${TABLES} t
		JOIN pg_catalog.pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f' AND c.conparentid = 0
		JOIN pg_catalog.pg_class p ON p.oid = c.confrelid
		CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY k (attnum, parent_attnum, place)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
		JOIN pg_catalog.pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.parent_attnum
		ORDER BY t.relname, c.oid, k.place`.execute(db);
	return rows;
}

type CheckRow = { table: string; name: string; expression: string; validated: number };

async function readChecks<Tables>(db: Kysely<Tables>): Promise<CheckRow[]> {
	const { rows } = await sql<CheckRow>`
		SELECT t.relname AS "table", c.conname AS name, pg_get_expr(c.conbin, c.conrelid) AS expression,
			c.convalidated::int AS validated
		FROM ${TABLES} t
		JOIN pg_catalog.pg_constraint c ON c.conrelid = t.oid AND c.contype = 'c'
		ORDER BY t.relname, c.conname`.execute(db);
	return rows;
}
