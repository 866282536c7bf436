import { quoteName } from "../../db/quote-name.ts";
import type { Engine } from "../stores/an-engine.ts";

/** Names that another program may give to tables and columns, and that SQL reads otherwise without quotes. */
export const HOSTILE_NAMES: readonly string[] = [
	"undo_1_a; create role x",
	"undo_1_X",
	'x" TEXT); DROP TABLE admins; --',
	"it's",
	"a.b",
	"select",
	"two  words ",
	"مرحبا 💥",
	"UPPER",
	"$1 ? :a @b",
];

/** Statements that make a table of each name, with a row, in which each column has one of the names too. */
export function hostileTables(): string[] {
	const columns = HOSTILE_NAMES.map((name) => `${quoteName(name)} TEXT`).join(", ");
	const values = HOSTILE_NAMES.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ");
	return HOSTILE_NAMES.flatMap((name) => [
		`CREATE TABLE ${quoteName(name)} (${columns})`,
		`INSERT INTO ${quoteName(name)} VALUES (${values})`,
	]);
}

/** Statements that give a table a filled column of each name and, on PostgreSQL, one of a type with such a name. */
export function hostileColumns(table: string, engine: Engine): string[] {
	const all = HOSTILE_NAMES.flatMap((name) => [
		`ALTER TABLE ${table} ADD COLUMN ${quoteName(name)} TEXT`,
		`UPDATE ${table} SET ${quoteName(name)} = '${table} ' || id`,
	]);
	if (engine === "sqlite") return all;
	const type = quoteName(`Mood of ${table}"; drop table admins; --`);
	return [
		...all,
		`CREATE TYPE ${type} AS ENUM ('good', 'bad')`,
		`ALTER TABLE ${table} ADD COLUMN mood ${type} DEFAULT 'good'`,
	];
}
