import { type Kysely, sql } from "kysely";
import { type Token, tokens, unquote } from "../../db/sqlite/column-default.ts";
import { catalogueBuilder, type ForeignKeyRow, type IndexRow } from "./builder.ts";
import type { Check, ColumnKind, SystemCatalogue } from "./types.ts";

type ColumnRow = {
	table: string;
	name: string;
	declared: string;
	not_null: number;
	default: string | null;
	/** Its place in the primary key, from 1; 0 for other columns. */
	key: number;
	/** How many columns the primary key has. */
	keys: number;
};

/** Virtual tables are left out: a look at one needs its module, which may not be there. */
const TABLES = sql`(SELECT name, sql FROM sqlite_schema
	WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL TABLE%')`;

/** @see {@link import("./read-catalogue.ts").readSystemCatalogue} */
export async function readSqliteCatalogue<Tables>(db: Kysely<Tables>): Promise<SystemCatalogue> {
	const columns = await sql<ColumnRow>`
		SELECT t.name AS "table", c.name, lower(c.type) AS declared, c."notnull" AS not_null,
			c.dflt_value AS "default", c.pk AS key, max(c.pk) OVER (PARTITION BY t.name) AS keys
		FROM ${TABLES} t, pragma_table_xinfo(t.name) c
		ORDER BY t.name, c.cid`.execute(db);
	const indexes = await sql<IndexRow & { sql: string | null }>`
		SELECT t.name AS "table", i.name, i."unique", i.origin = 'pk' AS "primary", s.sql, 1 AS valid,
			c.name AS "column"
		FROM ${TABLES} t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
		LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
		WHERE i.origin <> 'pk'
		ORDER BY t.name, i.name, c.seqno`.execute(db);
	const foreignKeys = await sql<ForeignKeyRow & { seq: number; parent_column: string | null }>`
		SELECT t.name AS "table", f.id || '' AS "key", NULL AS name, f."from" AS "column", f."table" AS parent,
			f."to" AS parent_column, f.on_delete, 1 AS validated, f.seq
		FROM ${TABLES} t, pragma_foreign_key_list(t.name) f
		ORDER BY t.name, f.id DESC, f.seq`.execute(db);
	const texts = await sql<{ name: string; sql: string }>`SELECT t.name, t.sql FROM ${TABLES} t`.execute(db);

	const builder = catalogueBuilder();
	for (const row of columns.rows) {
		const { table, name, declared, not_null, default: value, key, keys } = row;
		// A key of this type numbers itself and is never empty, whether the table says so or not.
		const numbersItself = key === 1 && keys === 1 && declared === "integer";
		const kind = kindOf(declared, name);
		builder.add(table, { name, kind, declared, not_null: not_null === 1 || numbersItself, default: value });
	}
	for (const { table, name } of columns.rows
		.filter(({ key }) => key > 0)
		.sort((one, other) => one.key - other.key)) {
		builder.table(table)?.primary_key.push(name);
	}
	for (const { sql: text, ...row } of indexes.rows) {
		builder.addToIndex({ ...row, where: text === null ? null : conditionOf(text) });
	}
	for (const row of foreignKeys.rows) {
		// Without columns, a foreign key means the other table's primary key.
		const parent_column = row.parent_column ?? builder.table(row.parent)?.primary_key[row.seq] ?? "";
		builder.addToForeignKey({ ...row, parent_column });
	}
	for (const { name, sql: text } of texts.rows) builder.table(name)?.checks.push(...checksOf(text));
	return builder.catalogue();
}

/**
 * SQLite has no type for times and takes any word for a type; what our own tables call a time is known by its
 * name.
 */
function kindOf(declared: string, name: string): ColumnKind {
	if (/bool/.test(declared)) return "boolean";
	if (/datetime|timestamp/.test(declared)) return "time";
	if (/int/.test(declared)) return "integer";
	if (/char|clob|text/.test(declared)) {
		return declared === "text" && /^(at|since|\w+_at|\w+_time|last_activity)$/.test(name) ? "time" : "text";
	}
	return /real|floa|doub|numeric|decimal/.test(declared) ? "real" : "other";
}

/** What stands after WHERE in the text of CREATE INDEX. */
function conditionOf(text: string): string | null {
	const where = [...tokens(text)].find((token) => token.depth === 0 && isWord(token, "where"));
	return where ? tidy(text.slice(where.end)) : null;
}

/** The checks of a table, from its text: SQLite tells them in no other way. */
function checksOf(text: string): Check[] {
	const all = [...tokens(text)];
	const checks: Check[] = [];
	for (const [i, token] of all.entries()) {
		const open = all[i + 1];
		if (token.depth !== 1 || !isWord(token, "check") || open?.text !== "(") continue;
		const close = all.slice(i + 2).find(({ text, depth }) => text === ")" && depth === open.depth);
		const [constraint, name] = [all[i - 2], all[i - 1]];
		checks.push({
			name: constraint && name && isWord(constraint, "constraint") ? unquote(name.text) : null,
			expression: tidy(text.slice(open.end, close?.start)),
			validated: true,
		});
	}
	return checks;
}

function isWord(token: Token, word: string): boolean {
	return token.text.toLowerCase() === word;
}

function tidy(expression: string): string {
	return expression.trim().replace(/\s+/g, " ");
}
