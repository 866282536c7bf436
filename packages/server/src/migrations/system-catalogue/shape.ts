import { createHash } from "node:crypto";
import type {
	Check,
	Column,
	ColumnKind,
	ForeignKey,
	Index,
	SystemCatalogue,
	Table,
} from "./read-catalogue.ts";

/**
 * What a table is, said so that SQLite and PostgreSQL say the same: types as both know them, defaults in one
 * spelling, an enumerated type as a text with a check. Keys are sorted, columns by name: adopted databases
 * have them in another order.
 */
export type TableShape = {
	columns: Readonly<Record<string, ColumnShape>>;
	primary_key: readonly string[];
	indexes: Readonly<Record<string, IndexShape>>;
	/** By what they say: `page_id → pages (id)`. */
	foreign_keys: Readonly<Record<string, ForeignKeyShape>>;
	/** Those that were given a name beginning with `ck_`; the values that they name, sorted. */
	checks: Readonly<Record<string, CheckShape>>;
};
export type ColumnShape = {
	/** `local time` is PostgreSQL's `timestamp without time zone`, whose zone is not known. */
	kind: ColumnKind | "local time";
	not_null: boolean;
	default: string | null;
};
export type IndexShape = { unique: boolean; columns: readonly string[]; partial: boolean; valid: boolean };
export type ForeignKeyShape = { on_delete: string; validated: boolean };
export type CheckShape = { values: readonly string[]; validated: boolean };

export type Shape = Readonly<Record<string, TableShape>>;

/**
 * The canonical form of a database.
 * @param tables only these; all of them when left out
 */
export function shapeOf(catalogue: SystemCatalogue, tables: Iterable<string> = catalogue.keys()): Shape {
	const wanted = new Set(tables);
	return byName([...catalogue].filter(([name]) => wanted.has(name)).map(([n, t]) => [n, tableShape(n, t)]));
}

/** SHA-256 of a canonical form: equal when nothing differs. */
export function fingerprint(shape: Shape): string {
	return createHash("sha256").update(JSON.stringify(shape)).digest("hex");
}

/** Only what the other shape has too: unknown tables, columns, indexes and constraints are left out. */
export function onlyKnown(shape: Shape, known: Shape): Shape {
	const common = <T>(found: Readonly<Record<string, T>>, names: object) =>
		byName(Object.entries(found).filter(([name]) => Object.hasOwn(names, name)));
	return byName(
		Object.entries(common(shape, known)).map(([name, table]) => {
			const other = known[name];
			if (!other) return [name, table];
			return [
				name,
				{
					columns: common(table.columns, other.columns),
					primary_key: table.primary_key,
					indexes: common(table.indexes, other.indexes),
					foreign_keys: common(table.foreign_keys, other.foreign_keys),
					checks: common(table.checks, other.checks),
				},
			];
		}),
	);
}

/** A shape as text that people can read and compare line by line. */
export function shapeText(shape: Shape): string {
	const lines = Object.entries(shape).flatMap(([name, table]) => [
		"",
		name,
		...Object.entries(table.columns).map(([column, { kind, not_null, default: value }]) => {
			const key = table.primary_key.indexOf(column);
			const said = [kind, not_null && "not null", value !== null && `default ${value}`, key >= 0 && "key"];
			return `\t${column}: ${said.filter(Boolean).join(", ")}`;
		}),
		...Object.entries(table.indexes).map(
			([index, { unique, columns, partial }]) =>
				`\t${unique ? "unique index" : "index"} ${index} (${columns.join(", ")})${partial ? ", some rows" : ""}`,
		),
		...Object.keys(table.foreign_keys).map((foreignKey) => `\tforeign key ${foreignKey}`),
		...Object.entries(table.checks).map(([check, { values }]) => `\tcheck ${check} (${values.join(", ")})`),
	]);
	return `${lines.slice(1).join("\n")}\n`;
}

function tableShape(name: string, table: Table): TableShape {
	const enums = [...table.enums].map(([column, { labels }]): [string, CheckShape] => [
		`ck_${name}_${column}`,
		{ values: labels.toSorted(), validated: true },
	]);
	return {
		columns: byName(
			[...table.columns].map(([column, found]) => [
				column,
				columnShape(found, table.primary_key.includes(column)),
			]),
		),
		primary_key: table.primary_key,
		indexes: byName([...table.indexes].map(([index, found]) => [index, indexShape(found)])),
		foreign_keys: byName(table.foreign_keys.map((found) => [says(found), foreignKeyShape(found)])),
		checks: byName([...table.checks.flatMap(checkShape), ...enums]),
	};
}

function columnShape(column: Column, isKey: boolean): ColumnShape {
	return {
		kind: column.declared.startsWith("timestamp without time zone") ? "local time" : column.kind,
		not_null: column.not_null || isKey,
		default: column.default === null ? null : defaultShape(column.default, column.kind),
	};
}

/**
 * `now()`, `CURRENT_TIMESTAMP` and SQLite's `strftime` are one; so are `false` and `0`, and a text with and
 * without its type.
 */
function defaultShape(written: string, kind: ColumnKind): string | null {
	const value = written
		.replace(/^\((.*)\)$/s, "$1")
		.replace(/::(?:"(?:[^"]|"")*"|[a-z_][\w ]*)(?:\(\d+\))?$/i, "");
	if (/^null$/i.test(value)) return null;
	if (/^(current_timestamp|now\(\))|\bnow\(\)|'now'/i.test(value)) return "now";
	if (kind === "boolean") return value.replace(/^'?f(alse)?'?$/i, "0").replace(/^'?t(rue)?'?$/i, "1");
	return kind === "integer" ? value.replace(/^'(.*)'$/, "$1") : value;
}

function indexShape({ unique, columns, where, valid }: Index): IndexShape {
	return { unique, columns, partial: where !== null, valid };
}

function says({ columns, references }: ForeignKey): string {
	return `${columns.join(", ")} → ${references.table} (${references.columns.join(", ")})`;
}

function foreignKeyShape({ on_delete, validated }: ForeignKey): ForeignKeyShape {
	return { on_delete, validated };
}

/** Each database writes an expression in its own way, but the values in it are the same. */
function checkShape({ name, expression, validated }: Check): [string, CheckShape][] {
	if (!name?.startsWith("ck_")) return [];
	const values = [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value ?? "");
	return [[name, { values: values.toSorted(), validated }]];
}

function byName<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
	return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)));
}
