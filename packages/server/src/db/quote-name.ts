/**
 * A name of a table, a column or a type as one word of SQL, on both engines. For statements that are put
 * together as text; in a template of Kysely `sql.id` does the same. `sql.table` and `sql.ref` do not: they take
 * `a.b` for two names.
 * @example quoteName('x" TEXT); DROP TABLE admins; --') // "x"" TEXT); DROP TABLE admins; --"
 */
export function quoteName(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
